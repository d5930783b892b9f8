"""Deltas that a worker has noted and not committed: who sees them, and who inherits them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import CapturingLogger

from api.runs import lost_journals
from api.runs.group_commit import FOLD_SECONDS
from api.runs.journal import taken
from api.runs.log import LeaseLostError
from api.runs.sqlite_log import SqliteRunLog
from tests.runs.events import completed, delta, draft, seqs, started
from tests.runs.test_run_log import everything


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "runs.sqlite3"


@pytest.fixture
async def worker(path: Path) -> AsyncIterator[SqliteRunLog]:
    """A worker that has noted two deltas of its run `r1`."""
    log = SqliteRunLog(path)
    await log.open()
    await log.heartbeat(60)
    await log.claim(draft(), started())
    assert [offered(log, delta(seq)) for seq in (1, 2)] == [None, None]
    yield log
    await log.close()


@pytest.fixture
async def other(path: Path, worker: SqliteRunLog) -> AsyncIterator[SqliteRunLog]:
    log = SqliteRunLog(path)
    await log.open()
    await log.heartbeat(60)
    yield log
    await log.close()


def offered(log: SqliteRunLog, event: Any) -> "asyncio.Future[None] | None":
    """None where the event is safe now, else what tells whether it is."""
    told: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def settled(error: BaseException | None) -> None:
        told.set_exception(error) if error else told.set_result(None)

    return None if log.offer(event.run_id, 1, event, settled) else told


def files(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.journal-*"))


async def test_its_own_process_reads_them_at_once_and_others_soon(
    worker: SqliteRunLog, other: SqliteRunLog
) -> None:
    assert offered(worker, delta(3)) is None
    assert seqs(await worker.read("r1", 0, 10)) == [1, 2, 3]
    assert seqs(await worker.read("r1", 1, 1)) == [2]
    follower = asyncio.create_task(everything(other))
    await asyncio.sleep(3 * FOLD_SECONDS)
    assert seqs(await other.read("r1", -1, 10)) == [0, 1, 2, 3]
    assert worker._journal.rows == []
    assert offered(worker, delta(4)) is None
    await worker.append("r1", 1, [completed(5)])
    assert seqs(await follower) == [0, 1, 2, 3, 4, 5]


async def test_what_a_killed_worker_had_is_there_once_another_opens_the_log(
    worker: SqliteRunLog, path: Path
) -> None:
    killed(worker)
    heir = SqliteRunLog(path)
    await heir.open()
    assert await heir.read("r1", -1, 10) == [started(), delta(1), delta(2)]
    assert files(path) == []
    await heir.close()


async def test_a_sibling_finds_them_without_waiting_for_the_lease(
    worker: SqliteRunLog, other: SqliteRunLog, path: Path
) -> None:
    assert len(files(path)) == 2
    killed(worker)
    assert await other.take_over() == []
    assert seqs(await other.read("r1", -1, 10)) == [0, 1, 2]
    assert len(files(path)) == 1


def killed(log: SqliteRunLog) -> None:
    """Let its lock go, as the kernel does, and let it commit nothing more."""
    assert log._journal._map
    log._journal._map.close()
    log._journal._map = None
    log._journal.rows = []


async def test_a_worker_that_slept_shows_nothing_that_its_heir_has_not(
    worker: SqliteRunLog, other: SqliteRunLog, path: Path
) -> None:
    await worker._committer.submit(lambda c: c.execute("UPDATE workers SET expires_at = 0"))
    assert offered(worker, delta(3)) is None
    (run,) = await other.take_over()
    late = offered(worker, delta(4))
    assert late
    await other.append("r1", run.fence, [completed(4)])
    with pytest.raises(LeaseLostError):
        await late
    assert seqs(await everything(other)) == [0, 1, 2, 3, 4]
    assert worker._journal.rows == []
    await worker.heartbeat(60)
    await worker.claim(draft("r2"), started("r2"))
    assert offered(worker, delta(1, "r2")) is None, "with a journal of its own again"
    assert len(files(path)) == 2


async def test_a_take_over_that_failed_costs_nothing(worker: SqliteRunLog, path: Path) -> None:
    assert len(taken(files(path)[0])) == 2, "and then the transaction was rolled back"
    slower = offered(worker, delta(3))
    assert slower
    await slower
    assert seqs(await worker.read("r1", -1, 10)) == [0, 1, 2, 3]
    await worker.heartbeat(60)
    assert offered(worker, delta(4)) is None


async def test_deltas_behind_a_gap_are_left(worker: SqliteRunLog, path: Path) -> None:
    worker._journal.committed()  # without that they were: so a power failure leaves it
    worker._journal.note((2, 0, "b", "r1", 1))
    worker._journal.note((1, 0, "a", "r1", 1))
    worker._journal.note((3, 0, "c", "r1", 1))
    killed(worker)
    heir = SqliteRunLog(path)
    await heir.open()
    assert seqs(await heir.read("r1", -1, 10)) == [0, 1]
    await heir.close()


async def test_a_journal_that_cannot_be_read_stops_nothing_and_stays(
    worker: SqliteRunLog, other: SqliteRunLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = CapturingLogger()
    monkeypatch.setattr(lost_journals, "log", said)
    unreadable = path.with_name(f"{path.name}.journal-nobody-000001")
    unreadable.mkdir()
    await worker._committer.submit(lambda c: c.execute("UPDATE workers SET expires_at = 0"))
    assert [run.id for run in await other.take_over()] == ["r1"]
    assert await other.take_over() == []
    assert [call.args for call in said.calls] == [("run_log.journal_unreadable",)]
    assert unreadable.is_dir()
