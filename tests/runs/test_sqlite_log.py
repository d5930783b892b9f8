"""What only the durable store does: several workers on one file, and trouble with the disk."""

import asyncio
import sqlite3
import stat
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.runs.log import LeaseLostError, StoreUnavailableError
from api.runs.sqlite_log import SqliteRunLog
from api.runs.tail import POLL_SECONDS
from tests.runs.events import NOW, completed, delta, draft, seqs, started
from tests.runs.test_run_log import everything


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "runs.sqlite3"


async def test_the_data_directory_and_file_are_the_owners_alone(path: Path) -> None:
    log = SqliteRunLog(path)
    await log.open()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    await log.close()


async def test_another_worker_follows_and_cancels(path: Path) -> None:
    first, second = SqliteRunLog(path), SqliteRunLog(path)
    await first.open()
    await second.open()
    await first.claim(draft(), started())

    async def follow() -> list[int]:
        return [event.seq async for batch in second.follow("r1", -1) for event in batch]

    follower = asyncio.create_task(follow())
    for seq in range(1, 100):
        await first.append("r1", 1, [delta(seq)])
    assert await first.cancel_requests() == []
    assert await second.request_cancel("r1") is True
    assert await first.cancel_requests() == ["r1"]
    await first.append("r1", 1, [completed(100)])
    assert await follower == list(range(101))
    await first.close()
    await second.close()


async def test_a_run_without_a_lease_is_taken_over_once_and_its_old_writer_fenced(
    path: Path,
) -> None:
    lost, heir, late = SqliteRunLog(path), SqliteRunLog(path), SqliteRunLog(path)
    for log in (lost, heir, late):
        await log.open()
    await lost.heartbeat(lease_seconds=60)
    await lost.claim(draft(), started())
    assert await heir.take_over() == []
    await lost.heartbeat(lease_seconds=-1)
    await heir.heartbeat(lease_seconds=60)
    taken = [*(await heir.take_over()), *(await late.take_over())]
    assert [(record.id, record.fence) for record in taken] == [("r1", 2)]
    with pytest.raises(LeaseLostError):
        await lost.append("r1", 1, [delta(1)])
    await heir.append("r1", 2, [completed(1)])
    assert seqs(await lost.read("r1", -1, 10)) == [0, 1]
    for log in (lost, heir, late):
        await log.close()


async def test_followers_at_a_worker_that_lost_the_run_see_the_end_that_another_wrote(
    path: Path,
) -> None:
    lost, heir = SqliteRunLog(path), SqliteRunLog(path)
    for log in (lost, heir):
        await log.open()
    await lost.heartbeat(lease_seconds=60)
    await lost.claim(draft(), started())
    followers = [asyncio.create_task(everything(lost, after)) for after in (-1, 0, 7)]
    await lost.append("r1", 1, [delta(1)])
    await lost.heartbeat(lease_seconds=-1)
    await heir.heartbeat(lease_seconds=60)
    (taken,) = await heir.take_over()
    await heir.append("r1", taken.fence, [completed(2)])
    with pytest.raises(LeaseLostError):
        await lost.append("r1", 1, [])
    assert [seqs(await follower) for follower in followers] == [[0, 1, 2], [1, 2], []]
    for log in (lost, heir):
        await log.close()


async def test_a_hundred_followers_of_another_workers_run_share_one_poll(path: Path) -> None:
    maker, onlooker = SqliteRunLog(path), SqliteRunLog(path)
    for log in (maker, onlooker):
        await log.open()
    await maker.claim(draft(), started())
    reads = _count_reads(onlooker)
    followers = [asyncio.create_task(everything(onlooker)) for _ in range(100)]
    for seq in range(1, 40):
        await maker.append("r1", 1, [delta(seq)])
        await asyncio.sleep(POLL_SECONDS)
    await maker.append("r1", 1, [completed(40)])
    for follower in followers:
        assert seqs(await follower) == list(range(41))
    assert len(reads) < 300, "each follower reads to catch up, once or twice; then all share"
    for log in (maker, onlooker):
        await log.close()


def _count_reads(log: SqliteRunLog) -> list[int]:
    reads: list[int] = []
    read = log.read

    async def counted(run_id: str, after: int, limit: int) -> Any:
        reads.append(after)
        return await read(run_id, after, limit)

    log.read = counted  # type: ignore[method-assign]
    return reads


async def test_a_follower_of_what_is_erased_meanwhile_ends(path: Path) -> None:
    maker, onlooker = SqliteRunLog(path), SqliteRunLog(path)
    for log in (maker, onlooker):
        await log.open()
    await maker.claim(draft(), started())
    for seq in range(1, 200):
        await maker.append("r1", 1, [delta(seq)])
    await maker.append("r1", 1, [completed(200)])
    async with aclosing(onlooker.follow("r1", -1)) as batches:
        first = await anext(batches)
        assert await maker.expire(NOW + timedelta(seconds=1)) == 1
        assert [event.seq async for batch in batches for event in batch] == []
    assert 0 < len(first) < 200
    for log in (maker, onlooker):
        await log.close()


async def test_a_follower_waits_for_a_store_that_cannot_be_read(path: Path) -> None:
    (path.parent.parent / "no-folder").touch()
    view = path.parent.with_name("view")
    view.symlink_to(path.parent)
    maker, onlooker = SqliteRunLog(path), SqliteRunLog(view / path.name)
    for log in (maker, onlooker):
        await log.open()
    await maker.claim(draft(), started())
    await maker.append("r1", 1, [completed(1)])
    lead(view, "no-folder")
    follower = asyncio.create_task(everything(onlooker))
    with pytest.raises(StoreUnavailableError):
        await onlooker.find("r1")
    lead(view, path.parent.name)
    async with asyncio.timeout(20):
        assert seqs(await follower) == [0, 1]
    for log in (maker, onlooker):
        await log.close()


def lead(link: Path, target: str) -> None:
    """Let a symbolic link lead elsewhere, at one stroke: in between, SQLite would make a file."""
    new = link.with_name("new")
    new.symlink_to(target)
    new.replace(link)


async def test_a_claim_renews_the_lease(path: Path) -> None:
    busy, other = SqliteRunLog(path), SqliteRunLog(path)
    for log in (busy, other):
        await log.open()
    await busy.heartbeat(lease_seconds=60)
    await busy._committer.submit(lambda c: c.execute("DELETE FROM workers"))
    await busy.claim(draft(), started())
    assert await other.take_over() == []
    for log in (busy, other):
        await log.close()


async def test_a_data_directory_that_is_a_file_is_a_store_that_is_not_available(
    tmp_path: Path,
) -> None:
    (tmp_path / "data").write_text("")
    log = SqliteRunLog(tmp_path / "data" / "runs.sqlite3")
    await log.open()
    with pytest.raises(StoreUnavailableError):
        await log.claim(draft(), started())
    with pytest.raises(StoreUnavailableError):
        await log.find("r1")
    (tmp_path / "data").unlink()
    assert (await log.claim(draft(), started())).created
    await log.close()


async def test_a_log_that_is_closed_takes_nothing_more(path: Path) -> None:
    log = SqliteRunLog(path)
    await log.open()
    await log.claim(draft(), started())
    await log.close()
    with pytest.raises(StoreUnavailableError):
        await log.append("r1", 1, [delta(1)])


async def test_a_locked_database_is_unavailable_and_recovers(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.runs.sqlite_schema.BUSY_SECONDS", 0.05)
    log = SqliteRunLog(path)
    await log.open()
    await log.claim(draft(), started())
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreUnavailableError):
        await log.append("r1", 1, [delta(1)])
    assert seqs(await log.read("r1", -1, 10)) == [0]
    blocker.execute("ROLLBACK")
    await log.append("r1", 1, [delta(1)])
    assert seqs(await log.read("r1", -1, 10)) == [0, 1]
    blocker.close()
    await log.close()


async def test_a_full_database_is_unavailable_and_recovers(path: Path) -> None:
    log = SqliteRunLog(path)
    await log.open()
    await log.claim(draft(), started())
    await _limit_pages(log, 1)
    big = delta(1, text="x" * 100_000)
    with pytest.raises(StoreUnavailableError, match="full"):
        await log.append("r1", 1, [big])
    await _limit_pages(log, 1_000_000)
    await log.append("r1", 1, [big])
    assert await log.read("r1", 0, 10) == [big]
    await log.close()


async def _limit_pages(log: SqliteRunLog, pages: int) -> None:
    """Let the file grow to at most so many pages: what a full disk looks like to SQLite."""
    await log._committer.submit(lambda c: c.execute(f"PRAGMA max_page_count={pages}").fetchone())


async def test_a_bad_operation_in_a_group_harms_no_other(path: Path) -> None:
    log = SqliteRunLog(path)
    await log.open()
    await log.claim(draft(), started())
    results = await asyncio.gather(
        log.append("r1", 1, [delta(1)]),
        log.append("r1", 1, [delta(2, text="half a pair \ud800")]),
        log.append("r1", 9, [delta(2)]),
        log.append("r1", 1, [delta(2)]),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [
        type(None),
        UnicodeEncodeError,
        LeaseLostError,
        type(None),
    ]
    assert await log.read("r1", 0, 10) == [delta(1), delta(2)]
    await log.close()


async def test_what_was_committed_survives_a_new_start(path: Path) -> None:
    log = SqliteRunLog(path)
    await log.open()
    await log.claim(draft(), started())
    await log.append("r1", 1, [delta(1), completed(2)])
    await log.close()
    again = SqliteRunLog(path)
    await again.open()
    assert await again.read("r1", -1, 10) == [started(), delta(1), completed(2)]
    await again.close()


async def test_long_replies_are_erased_few_at_a_time_so_that_live_runs_get_their_turn(
    path: Path,
) -> None:
    log = SqliteRunLog(path)
    await log.open()
    for run_id, seq in (("long", 30_000), ("longer", 40_000), *((f"r{i}", 3) for i in range(30))):
        await log.claim(draft(run_id), started(run_id))
        await log.append(run_id, 1, [completed(seq, run_id)])
    steps = []
    while some := await log.expire(NOW + timedelta(seconds=1)):
        steps.append(some)
    assert sum(steps) == 32
    assert max(steps) <= 20
    assert len(steps) >= 3, "each of the long ones ends a step"
    await log.close()
