"""The count of a soak: what was begun, what came whole, what was lost."""

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field

from tests.durability.asking import ENDS, Event
from tests.durability.readers import text_of

TOKEN = re.compile(r"t(\d+)")
SHOWN = 20
ACT: ContextVar[str] = ContextVar("act")
"""The act that is played in this task."""


@dataclass(slots=True)
class Tally:
    """Every figure of the load; `faults` are the first sentences about what went wrong."""

    begun: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    streams: int = 0
    tokens: int = 0
    lost: int = 0
    doubled: int = 0
    reordered: int = 0
    wrong_ends: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def losses(self) -> int:
        return self.lost + self.doubled + self.reordered + self.wrong_ends

    @property
    def is_clean(self) -> bool:
        return not self.losses and not self.failed.total()

    def fail(self, what: str) -> None:
        """Note that the act did not come out as it had to."""
        self.failed[ACT.get()] += 1
        self._note(what)

    def stream(self, events: Sequence[Event], tokens: int | None, ends: Sequence[str]) -> None:
        """Check what one reader has seen of a run from its beginning to its end.

        `tokens` is how many numbered ones there must be; None where the run may be cut anywhere,
        of which then none may miss before the last that came.
        """
        self.streams += 1
        last = events[-1]["__typename"] if events else ""
        terminals = sum(event["__typename"] in ENDS for event in events)
        if last not in ends or terminals != 1:
            self.wrong_ends += 1
            self._note(f"{terminals} terminal events; the last event is {events[-1:]}, not {ends}")
        self.numbers([event["seq"] for event in events], None)
        self.text(text_of(events), tokens)
        if terminals and events[-1]["reply"]["content"] != text_of(events):
            self.wrong_ends += 1
            self._note("the terminal event has another text than the deltas")

    def text(self, text: str, tokens: int | None) -> None:
        """Check a text of numbered tokens."""
        found = [int(number) for number in TOKEN.findall(text)]
        self.tokens += len(found)
        self.numbers(found, tokens)

    def numbers(self, found: Sequence[int], count: int | None) -> None:
        """Check that these are 0, 1, 2 …"""
        wanted = set(range(max(found, default=-1) + 1 if count is None else count))
        lost, doubled = len(wanted - set(found)), len(found) - len(set(found) & wanted)
        swapped = sum(later < earlier for earlier, later in itertools.pairwise(found))
        self.lost += lost
        self.doubled += doubled
        self.reordered += swapped
        if lost or doubled or swapped:
            self._note(f"{lost} lost, {doubled} doubled, {swapped} reordered of {len(wanted)}")

    def _note(self, what: str) -> None:
        if len(self.faults) < SHOWN:
            self.faults.append(f"{ACT.get()}: {what}"[:500])
