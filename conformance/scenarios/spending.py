"""What a conversation costs."""

import re
from decimal import Decimal
from typing import Any

from clients.python import Run
from conformance.scenario import scenario
from conformance.screens import Screen
from conformance.stage import Stage

USAGES: tuple[dict[str, Any], ...] = (
    {"prompt_tokens": 12347, "completion_tokens": 891},
    {
        "prompt_tokens": 20011,
        "completion_tokens": 7,
        "prompt_tokens_details": {"cached_tokens": 1024},
    },
    {"prompt_tokens": 3, "completion_tokens": 1},
)


def shown(cost: str) -> tuple[int, Decimal] | str:
    """Tokens and dollars in a text such as `Session: 220 tokens, cost $0.000042`; else the text."""
    tokens, dollars = re.search(r"([\d,.\s]*\d)\s*token", cost), re.search(r"\$\s*([\d.]+)", cost)
    if not tokens or not dollars:
        return cost
    return int(re.sub(r"\D", "", tokens[1])), Decimal(dollars[1])


@scenario("C12", "Tokens and cost are the server's sums to the last digit, dropped replies too")
def summing(stage: Stage) -> None:
    screen = stage.open()
    runs: list[Run] = []
    for place, usage in enumerate(USAGES):
        stage.upstream.reply(f"Reply {place}.", usage=usage)
        if place == 1:
            screen.do("Regenerate")
        else:
            screen.ask(f"Question {place}?")
        screen.await_last_reply(f"Reply {place}.")
        screen.await_idle()
        runs.append(linked(stage, screen, runs))
    tokens = sum(run.token_usage.total_tokens for run in runs)
    dollars = sum((run.cost.amount for run in runs if run.cost), Decimal(0))
    wanted: tuple[int, Decimal] | str = (tokens, dollars)
    screen.await_same("tokens and dollars of the session are", lambda: shown(screen.cost), wanted)


def linked(stage: Stage, screen: Screen, before: list[Run]) -> Run:
    """The run that the window's link now names."""
    known = {run.id for run in before}
    screen.until(
        lambda: screen.run_id and screen.run_id not in known,
        "the window's link does not name the run of its last reply (`?run=…`)",
    )
    return stage.run(screen.run_id)
