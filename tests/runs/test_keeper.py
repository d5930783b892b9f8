"""Housekeeping: lost runs get their end whatever happens in between, and none is taken too soon."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from api.contract.events import RunCompleted, RunIncomplete
from api.contract.types import Run, RunStatus
from api.runs import keeper, sqlite_log
from api.runs.keeper import Keeper
from api.runs.log import StoreUnavailableError
from api.runs.sqlite_log import SqliteRunLog
from tests.runs.conftest import Stage, build
from tests.runs.events import delta, draft, started
from tests.runs.test_service import ME, asked, events_of

LEASE = 0.5


@asynccontextmanager
async def worker(path: Path) -> AsyncIterator[Stage]:
    """A worker with a short lease; its keeper is not open yet."""
    stage = build(SqliteRunLog(path))
    stage.keeper = Keeper(stage.log, stage.runs, timedelta(hours=24), LEASE)
    await stage.log.open()
    try:
        yield stage
    finally:
        await stage.runs.drain(0)
        await stage.keeper.close()
        await stage.log.close()


@pytest.fixture
async def workers(tmp_path: Path) -> AsyncIterator[Callable[[], Any]]:
    async with AsyncExitStack() as stack:
        path = tmp_path / "data" / "runs.sqlite3"
        yield lambda: stack.enter_async_context(worker(path))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The time that leases go by; `now` may be set."""
    clock = SimpleNamespace(now=1_000_000.0, time=lambda: clock.now)
    for module in (keeper, sqlite_log):
        monkeypatch.setattr(module, "time", clock)
    return clock


async def lost_run(log: SqliteRunLog) -> None:
    """A run of a worker that is gone."""
    await log.claim(draft(owner=ME.id), started())
    await log.append("r1", 1, [delta(1)])
    await log.heartbeat(-1)


async def test_a_lost_run_is_ended_though_the_store_fails_in_between(
    workers: Any, tmp_path: Path
) -> None:
    gone = SqliteRunLog(tmp_path / "data" / "runs.sqlite3")
    await gone.open()
    await lost_run(gone)
    heir = await workers()
    read, failures = heir.log.read, iter([StoreUnavailableError("no")] * 2)

    async def failing(*asked: Any, **more: Any) -> Any:
        if error := next(failures, None):
            raise error
        return await read(*asked, **more)

    heir.log.read = failing
    await heir.keeper.open()
    events = [event async for event in heir.runs.follow("r1", ME, None)]
    assert isinstance(events[-1], RunIncomplete)
    assert (events[-1].reply.content, events[-1].token_usage.estimated) == ("t1 ", True)
    await gone.close()


async def test_an_outage_of_the_store_makes_no_worker_take_over_the_others_runs(
    workers: Any, clock: SimpleNamespace
) -> None:
    first, second = await workers(), await workers()
    for stage in (first, second):
        await stage.keeper._beat()
    run = await second.runs.start(asked(), ME)
    clock.now += 20 * LEASE  # nobody could renew a lease for so long
    await first.keeper._beat()
    await first.keeper._end_lost()
    assert isinstance(run, Run)
    for _ in range(20):
        await second.keeper._beat()
        clock.now += LEASE / 5
        await first.keeper._beat()
        await first.keeper._end_lost()
    second.provider.feed_reply("whole")
    events = [event async for event in first.runs.follow(run.id, ME, None)]
    assert isinstance(events[-1], RunCompleted)


async def test_after_an_outage_a_worker_that_is_really_gone_is_noticed(
    workers: Any, clock: SimpleNamespace, tmp_path: Path
) -> None:
    stage = await workers()
    await stage.keeper._beat()
    gone = SqliteRunLog(tmp_path / "data" / "runs.sqlite3")
    await gone.open()
    await gone.heartbeat(LEASE)
    await gone.claim(draft(owner=ME.id), started())
    clock.now += 20 * LEASE
    for _ in range(10):
        await stage.keeper._beat()
        await stage.keeper._end_lost()
        clock.now += LEASE / 5
    found = await stage.runs.find("r1", ME)
    assert isinstance(found, Run)
    assert found.status is RunStatus.INCOMPLETE
    await gone.close()


async def test_a_worker_that_slept_gives_up_what_was_taken_over(
    workers: Any, clock: SimpleNamespace
) -> None:
    awake, asleep = await workers(), await workers()
    for stage in (awake, asleep):
        await stage.keeper._beat()
    reading = asyncio.create_task(events_of(asleep, asked()))
    asleep.provider.feed("one ")
    while not asleep.provider.requests:
        await asyncio.sleep(0)
    for _ in range(10):
        clock.now += LEASE / 5
        await awake.keeper._beat()
    await awake.keeper._end_lost()
    await asleep.keeper._beat()
    events = await reading
    assert isinstance(events[-1], RunIncomplete)
    assert asleep.provider.closed == 1
    assert asleep.runs.live == []
