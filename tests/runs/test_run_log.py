"""One behaviour for every store of runs. A new store is a row in `LOGS`."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from api.contract.events import AnyRunEvent
from api.runs.log import KeyConflictError, LeaseLostError, RunLog
from api.runs.memory_log import MemoryRunLog
from api.runs.sqlite_log import SqliteRunLog
from tests.runs.events import NOW, completed, delta, draft, seqs, started

LOGS: dict[str, Callable[[Path], RunLog]] = {
    "memory": lambda folder: MemoryRunLog(),
    "sqlite": lambda folder: SqliteRunLog(folder / "data" / "runs.sqlite3"),
}


@pytest.fixture(params=sorted(LOGS))
async def run_log(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RunLog]:
    log = LOGS[request.param](tmp_path)
    await log.open()
    await log.heartbeat(60)
    yield log
    await log.close()


async def everything(log: RunLog, after: int = -1, run_id: str = "r1") -> list[AnyRunEvent]:
    return [event async for batch in log.follow(run_id, after) for event in batch]


async def test_what_was_appended_is_read_back_the_same(run_log: RunLog) -> None:
    events = [started(), delta(1), delta(2, text='日本 "quoted"\n'), completed(3)]
    await run_log.claim(draft(), events[0])
    await run_log.append("r1", 1, events[1:3])
    await run_log.append("r1", 1, events[3:])
    assert await run_log.read("r1", -1, 100) == events
    assert await run_log.read("r1", 0, 2) == events[1:3]


async def test_a_follower_gets_old_and_new_events_once_and_in_order(run_log: RunLog) -> None:
    await run_log.claim(draft(), started())
    await run_log.append("r1", 1, [delta(1)])
    follower = asyncio.create_task(everything(run_log))
    late = asyncio.create_task(everything(run_log, after=1))
    for seq in range(2, 300):
        await run_log.append("r1", 1, [delta(seq)])
    await run_log.append("r1", 1, [completed(300)])
    assert seqs(await follower) == list(range(301))
    assert seqs(await late) == list(range(2, 301))
    assert seqs(await everything(run_log, after=298)) == [299, 300]


async def test_a_follower_that_stalls_loses_nothing(run_log: RunLog) -> None:
    await run_log.claim(draft(), started())
    batches = run_log.follow("r1", -1)
    first = await anext(batches)
    for seq in range(1, 400):
        await run_log.append("r1", 1, [delta(seq)])
    await run_log.append("r1", 1, [completed(400)])
    rest = [event async for batch in batches for event in batch]
    assert seqs([*first, *rest]) == list(range(401))


async def test_a_follower_that_is_ahead_of_the_run_ends_with_it(run_log: RunLog) -> None:
    await run_log.claim(draft(), started())
    ahead = asyncio.create_task(everything(run_log, after=99))
    for seq in range(1, 5):
        await run_log.append("r1", 1, [delta(seq)])
    await run_log.append("r1", 1, [completed(5)])
    assert await ahead == []
    assert await everything(run_log, after=99) == []


async def test_an_append_of_nothing_tells_whether_the_run_is_still_ours(run_log: RunLog) -> None:
    await run_log.claim(draft(), started())
    await run_log.append("r1", 1, [])
    with pytest.raises(LeaseLostError):
        await run_log.append("r1", 2, [])
    await run_log.append("r1", 1, [completed(1)])
    with pytest.raises(LeaseLostError):
        await run_log.append("r1", 1, [])
    assert seqs(await run_log.read("r1", -1, 100)) == [0, 1]


async def test_an_append_is_idempotent(run_log: RunLog) -> None:
    await run_log.claim(draft(), started())
    await run_log.append("r1", 1, [delta(1)])
    await run_log.append("r1", 1, [delta(1, text="a second time")])
    assert await run_log.read("r1", -1, 100) == [started(), delta(1)]


async def test_an_append_with_an_old_fence_is_refused(run_log: RunLog) -> None:
    await run_log.claim(draft(fence=2), started())
    with pytest.raises(LeaseLostError):
        await run_log.append("r1", 1, [delta(1)])
    assert seqs(await run_log.read("r1", -1, 100)) == [0]


async def test_nothing_follows_the_terminal_event(run_log: RunLog) -> None:
    await run_log.claim(draft(), started())
    await run_log.append("r1", 1, [completed(1)])
    with pytest.raises(LeaseLostError):
        await run_log.append("r1", 1, [delta(2)])
    with pytest.raises(LeaseLostError):
        await run_log.append("r1", 1, [completed(2)])
    assert seqs(await run_log.read("r1", -1, 100)) == [0, 1]


async def test_the_same_key_and_input_join_the_same_run(run_log: RunLog) -> None:
    claims = await asyncio.gather(
        *(run_log.claim(draft(f"r{n}", idempotency_key="k"), started(f"r{n}")) for n in range(50))
    )
    assert [claim.created for claim in claims].count(True) == 1
    assert len({claim.record.id for claim in claims}) == 1


async def test_the_same_key_with_another_input_is_a_conflict(run_log: RunLog) -> None:
    await run_log.claim(draft(idempotency_key="k"), started())
    with pytest.raises(KeyConflictError):
        await run_log.claim(draft("r2", idempotency_key="k", input_digest="d2"), started("r2"))


async def test_a_key_belongs_to_its_owner(run_log: RunLog) -> None:
    await run_log.claim(draft(idempotency_key="k"), started())
    other = draft("r2", idempotency_key="k", input_digest="d2", owner="somebody else")
    assert (await run_log.claim(other, started("r2"))).created


async def test_a_record_tells_how_the_run_ended(run_log: RunLog) -> None:
    await run_log.claim(draft(), started())
    going = await run_log.find("r1")
    assert going == draft()
    await run_log.append("r1", 1, [completed(1)])
    ended = await run_log.find("r1")
    assert ended is not None
    assert (ended.ending, ended.status.name) == (completed(1), "COMPLETED")
    assert await run_log.find("unknown") is None
    assert await run_log.find("r1", ended.owner) == ended
    assert await run_log.find("r1", "somebody else") is None


async def test_a_request_to_cancel_is_seen_once_and_until_the_end(run_log: RunLog) -> None:
    await run_log.claim(draft(), started())
    assert await run_log.cancel_requests() == []
    assert await run_log.request_cancel("r1") is True
    assert await run_log.cancel_requests() == ["r1"]
    assert await run_log.request_cancel("r1") is False
    await run_log.append("r1", 1, [completed(1)])
    assert await run_log.cancel_requests() == []


async def test_nobody_can_ask_to_stop_what_is_over(run_log: RunLog) -> None:
    await run_log.claim(draft(), started())
    await run_log.append("r1", 1, [completed(1)])
    assert await run_log.request_cancel("r1") is False
    assert await run_log.cancel_requests() == []


async def test_retention_erases_texts_and_keeps_figures(run_log: RunLog) -> None:
    await run_log.claim(draft(), started())
    await run_log.append("r1", 1, [completed(1)])
    await run_log.claim(draft("going"), started("going"))
    assert await run_log.expire(NOW - timedelta(seconds=1)) == 0
    assert await run_log.expire(NOW + timedelta(seconds=1)) == 1
    record = await run_log.find("r1")
    assert record is not None
    assert record.expired
    assert record.ending is not None
    assert (record.ending.reply.content, record.ending.token_usage.total_tokens) == ("", 7)
    assert await run_log.read("r1", -1, 100) == []
    assert seqs(await run_log.read("going", -1, 100)) == [0]
