"""What the fake upstream plays in answer to one request, and how its model selects it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.upstream.gate import Gate

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Script:
    """One reply. `pieces` are sent one a chunk; times are in seconds.

    `fault` names an entry of `FAULTS`; those that strike in the stream do so after `after_tokens`
    pieces. `details` go to the fault, for example `retry_after="7"`.
    """

    pieces: Sequence[str] = ()
    delay: float = 0.0
    interval: float = 0.0
    finish_reason: str | None = "stop"
    usage: Body | None = None
    gate: Gate | None = None
    fault: str | None = None
    after_tokens: int = 0
    details: Body = field(default_factory=dict)


def split(text: str | Sequence[str]) -> Sequence[str]:
    """A text as pieces of one word each, with the white space before it; a sequence as it is."""
    return re.findall(r"\s*\S+|\s+$", text) if isinstance(text, str) else text


def numbered(count: int) -> list[str]:
    """`t0`, ` t1`, ` t2` …: pieces that show at once what was lost, doubled or swapped."""
    return [f"t{i}" if i == 0 else f" t{i}" for i in range(count)]


def from_model(body: Body) -> Script:
    """The reply that the name of the model asks for, where nothing is queued.

    `numbered-600` sends 600 numbered tokens, `numbered-600@50` 50 of them a second,
    `fault-NAME` and `fault-NAME-3` strike at once or after 3 tokens; any other model echoes the
    last message of the user.
    """
    model = str(body.get("model", ""))
    if found := re.fullmatch(r"numbered-(\d+)(?:@(\d+(?:\.\d+)?))?", model):
        rate = float(found[2] or 0)
        return Script(pieces=numbered(int(found[1])), interval=1 / rate if rate else 0.0)
    if found := re.fullmatch(r"fault-([a-z_]+)(?:-(\d+))?", model):
        after = int(found[2] or 0)
        return Script(pieces=numbered(after + 3), fault=found[1], after_tokens=after)
    return Script(pieces=split(last_question(body)))


def last_question(body: Body) -> str:
    asked = [turn for turn in body.get("messages", ()) if turn.get("role") == "user"]
    return str(asked[-1]["content"]) if asked else "Nothing was asked."
