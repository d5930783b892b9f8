"""A soak from its warm-up to its verdict."""

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.durability.logged import opened
from tests.soak.load import Load
from tests.soak.sampling import Sample, Sampler, exceeding, lowest, take
from tests.soak.stage import Stage, staged
from tests.soak.tally import Tally

BASELINE_SECONDS = 10.0
"""Within which everything must be as before once the load has ended."""

MEMORY_SHARE = 0.25
"""How much more memory than before counts as a leak: the allocator keeps what long
replies have left (12 % of it come and go within minutes)."""


EXPECTED = ("provider.left_alone",)
"""Errors that the load provokes: a model that keeps failing is left alone, and that is said."""


@dataclass(frozen=True, slots=True)
class Plan:
    seconds: float
    warm_up: float
    rate: float
    workers: int
    seed: int = 1


@dataclass(slots=True)
class Outcome:
    """What a soak has found."""

    plan: Plan
    tally: Tally
    sampler: Sampler
    before: Sample
    """At rest, after the warm-up."""
    after: Sample
    """At rest again, at the latest `BASELINE_SECONDS` after the load."""
    settled: float | None = None
    """Seconds after the load until every count was as before; None where that didn't come."""
    runs: int = 0
    unended: int = 0
    """Runs in the log without a terminal event."""
    errors: Counter[str] = field(default_factory=Counter)
    """The server's log lines of level `error`, by event, and its tracebacks."""

    @property
    def leaks(self) -> list[str]:
        """What is more than before."""
        found = [] if self.settled is not None else exceeding(self.after, self.before)
        allowed = self.before.memory * (1 + MEMORY_SHARE)
        grown = self.sampler.slope("memory") * self.sampler.hours
        if self.after.memory > allowed and grown > self.before.memory * MEMORY_SHARE:
            found.append("memory")
        return found

    @property
    def is_clean(self) -> bool:
        """Nothing lost, nothing leaked, no act that failed, no error of the server's own."""
        return self.tally.is_clean and not (self.leaks or self.unended or self.errors)


async def soak(plan: Plan, folder: Path, stop: asyncio.Event) -> Outcome:
    """Warm up, rest, load for the time of the plan or until `stop`, and rest again."""
    async with staged(folder, plan.workers) as stage:
        load = Load(stage, plan.rate, plan.seed)
        await load.each(1)
        await load.for_seconds(plan.warm_up, stop)
        before = await at_rest(stage)
        sampler = Sampler(stage)
        async with sampling(sampler):
            await load.for_seconds(plan.seconds, stop)
        outcome = Outcome(plan, stage.tally, sampler, before, take(stage))
        outcome.settled = await settle(stage, before)
        outcome.after = await at_rest(stage) if outcome.settled is not None else take(stage)
        outcome.runs, outcome.unended = counted_runs(stage.server.data_dir)
        outcome.errors = errors_of(stage.server.log)
        return outcome


@contextlib.asynccontextmanager
async def sampling(sampler: Sampler) -> AsyncIterator[None]:
    task = asyncio.create_task(sampler.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def at_rest(stage: Stage, seconds: float = BASELINE_SECONDS / 2) -> Sample:
    """The least of each figure within so many seconds."""
    samples = []
    for _ in range(10):
        await asyncio.sleep(seconds / 10)
        samples.append(take(stage))
    return lowest(samples)


async def settle(stage: Stage, before: Sample) -> float | None:
    """How long it takes until no count is greater than before; None where it takes too long."""
    begun = time.monotonic()
    while (waited := time.monotonic() - begun) <= BASELINE_SECONDS:
        if not exceeding(take(stage), before):
            return waited
        await asyncio.sleep(0.25)
    return None


def counted_runs(data_dir: Path) -> tuple[int, int]:
    """How many runs the log has, and how many of them have no end."""
    with opened(data_dir) as log:
        runs, ended = log.execute("SELECT count(*), count(ending_kind) FROM runs").fetchone()
    return runs, runs - ended


def errors_of(log: Path) -> Counter[str]:
    """Log lines of level `error` by their event; lines that are no JSON are traces or worse."""
    found: Counter[str] = Counter()
    for line in log.read_text().splitlines():
        told = json.loads(line) if line.startswith("{") else {"level": "error", "event": line}
        if told["level"] == "error" and told["event"] not in EXPECTED:
            found[told["event"][:100]] += 1
    return found
