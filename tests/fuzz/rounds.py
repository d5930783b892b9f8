"""Plays cases by the thousand, a seeded round at a time, and tells the smallest that hurts."""

import itertools
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.strategies import SearchStrategy

from tests.fuzz.loop_watch import Measure
from tests.fuzz.stage import Stage
from tests.fuzz.verdict import Case, FindingError, judge

ROUND = 500
"""Most cases of a round: seed and size bring the same ones again."""
MOST_FINDINGS = 5
"""A kind with so many findings ends: the rest would be more of the same."""
SETTLE_SECONDS = 10.0
"""How soon the server must hold no more than before."""
GROWTH = 1.15, 24_000_000
"""How much more memory it may hold, as a factor and in bytes: allocators keep what was freed."""
STORE_FDS = 8
"""Descriptors of the store: connections to write, read and checkpoint, each opened when needed."""
SHOWN = 3_000
"""Characters of a case that are shown."""


class Kind(NamedTuple):
    """One kind of bad input."""

    cases: Callable[[], SearchStrategy[Case]]
    count: int
    """Cases of the long form."""


@dataclass
class Outcome:
    """What a kind's rounds came to."""

    kind: str
    played: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    """Seconds of the callback that held the event loop longest."""
    findings: list[str] = field(default_factory=list)
    memory: tuple[int, int] = (0, 0)
    """Bytes after the first round and at the end."""


def play(
    name: str, kind: Kind, stage: Stage, count: int, first_seed: int, size: int = ROUND
) -> Outcome:
    """Play `count` cases of a kind in rounds of `size`, and look at the server before and after.

    Before is after the first round, when all that is kept for good is there.
    """
    outcome, begun = Outcome(name), time.monotonic()
    seeds = itertools.count(first_seed)
    _round(outcome, kind, stage, min(size, count), next(seeds))
    before = stage.server.measure()
    while outcome.played < count and len(outcome.findings) < MOST_FINDINGS:
        _round(outcome, kind, stage, min(size, count - outcome.played), next(seeds))
    outcome.seconds = time.monotonic() - begun
    after = settled(stage, before)
    outcome.memory = before["rss"], after["rss"]
    outcome.slowest = max(before["slowest_seconds"], after["slowest_seconds"])
    outcome.findings += kept(before, after)
    if not stage.is_well():
        outcome.findings.append("the server does not answer a question any more")
    return outcome


def settled(stage: Stage, before: Measure) -> Measure:
    """The first measure that shows no more than before, or the last one."""
    end, slowest = time.monotonic() + SETTLE_SECONDS, 0.0
    while True:
        after = stage.server.measure()
        slowest = after["slowest_seconds"] = max(slowest, after["slowest_seconds"])
        if not kept(before, after) or time.monotonic() > end:
            return after
        time.sleep(0.2)


def kept(before: Measure, after: Measure) -> list[str]:
    """What the server holds beyond what it held before."""
    factor, more = GROWTH
    new = ", ".join((Counter(after["files"]) - Counter(before["files"])).elements())
    return [
        f"{name} grew from {before[name]} to {after[name]}; new files: {new}"  # type: ignore[literal-required]
        for name, most in (
            ("tasks", before["tasks"]),
            ("fds", before["fds"]),
            ("store_fds", STORE_FDS),
            ("rss", before["rss"] * factor + more),
        )
        if after[name] > most  # type: ignore[literal-required]
    ]


def _round(outcome: Outcome, kind: Kind, stage: Stage, count: int, seed_: int) -> None:
    """One round; its first failure is shrunk and noted."""
    worst: list[Case] = []
    if late := stage.trouble():
        outcome.findings.append(f"the log told of trouble after a round:\n{late}")

    @seed(seed_)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
    )
    @given(kind.cases())
    def one(case: Case) -> None:
        outcome.played += 1
        try:
            judge(case, stage)
        except Exception:
            worst.append(case)
            raise

    try:
        one()
    except Exception as error:
        again = f"python -m tests.fuzz {outcome.kind} --seed {seed_} --count {count}"
        how = str(error) if isinstance(error, FindingError) else repr(error)
        case = repr(worst[-1])[:SHOWN] if worst else "no case"
        outcome.findings.append(f"{how}\n  case: {case}\n  again: {again}")
