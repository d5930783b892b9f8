"""The Python transcript means what the fixtures say; so do those of other languages."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.clients.screens import play

FOLDER = Path(__file__).parents[2] / "clients" / "fixtures"

CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted(FOLDER.glob("*.json"))
    for case in json.loads(path.read_text("utf-8"))
]


@pytest.mark.parametrize("case", CASES)
def test_the_transcript_shows_what_the_fixture_says(case: dict[str, Any]) -> None:
    play(case)


def test_every_fixture_compares_something() -> None:
    compared = {"sends", "expect", "counter", "remaining", "refusal"}
    for parameter in CASES:
        (case,) = parameter.values
        assert any(compared & step.keys() for step in case["steps"]), case["name"]


@pytest.mark.parametrize("case", CASES)
def test_a_state_survives_json_at_every_step(case: dict[str, Any]) -> None:
    """Inserting a page reload after every answered step changes nothing that is shown later."""
    awaited = ("ask", "regenerate")
    steps: list[dict[str, Any]] = []
    for step in case["steps"]:
        steps.append(step)
        if not any(key in step for key in awaited) and _run_is_known(steps):
            steps.append({"reload": True})
    play({**case, "steps": steps})


def _run_is_known(steps: list[dict[str, Any]]) -> bool:
    """A reload before the run's first event fails the question, which does change what is shown."""
    last = max(
        (at for at, step in enumerate(steps) if step.keys() & {"ask", "regenerate"}), default=-1
    )
    return last < 0 or any("event" in step for step in steps[last:])
