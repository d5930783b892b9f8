"""What only the durable store does: several workers on one file, and trouble with the disk."""

import asyncio
import sqlite3
import stat
from pathlib import Path

import pytest

from api.runs.log import LeaseLostError, StoreUnavailableError
from api.runs.sqlite_log import SqliteRunLog
from tests.runs.events import completed, delta, draft, seqs, started


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
