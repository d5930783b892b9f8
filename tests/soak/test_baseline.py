"""After a burst of everything that clients do, memory, files and tasks are as they were before."""

from dataclasses import replace
from pathlib import Path

from tests.soak import troubles
from tests.soak.load import Load
from tests.soak.playing import MEMORY_SHARE, at_rest, counted_runs, errors_of, settle
from tests.soak.sampling import Sample, exceeding, take
from tests.soak.stage import staged

BURSTS = 3
"""A leak grows with each of them; a heap only until it has met the most that is needed at a time,
which is more on a busy machine."""

LONG = [troubles.endless_model]
"""It lasts as long as a run may."""


def opened_once(sample: Sample) -> Sample:
    """With room for what the run log opens 10 s after the start: a thread with its connection."""
    return replace(sample, threads=sample.threads + 1, descriptors=sample.descriptors + 3)


async def test_everything_is_as_before_within_ten_seconds_of_a_burst(tmp_path: Path) -> None:
    async with staged(tmp_path, PARLEY_SEND_TIMEOUT_SECONDS="1") as stage:
        load = Load(stage, rate=1)
        await load.each(3, but=LONG)
        before = opened_once(await at_rest(stage, 1.5))
        memory = [before.memory]
        while len(memory) == 1 or memory[-1] - memory[-2] > before.memory * MEMORY_SHARE:
            assert len(memory) <= BURSTS, memory
            await load.each(2, but=LONG)
            await settle(stage, before)
            now = take(stage)
            assert not exceeding(now, before), (before, now)
            memory.append((await at_rest(stage, 1.5)).memory)
        assert stage.tally.is_clean, stage.tally.faults
        assert stage.tally.tokens > 1_000
        runs, unended = counted_runs(stage.server.data_dir)
        assert runs > len(stage.tally.begun) and not unended
        assert not errors_of(stage.server.log)
