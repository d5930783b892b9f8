"""When commits happen: at once where nothing else does, and together what comes together."""

import asyncio
import math
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api.runs import group_commit
from api.runs.group_commit import FOLD_SECONDS, RETRY_SECONDS, GroupCommitter
from api.runs.journal import Journal
from api.runs.log import StoreUnavailableError


class Traced(GroupCommitter):
    """Knows how many transactions there were; a statement by itself is one."""

    def __init__(self, path: Path) -> None:
        self.commits = 0
        self.journal = Journal(path, "worker")
        insertion = "INSERT OR IGNORE INTO t VALUES (?)"
        super().__init__(lambda: self._opened(path), insertion, self.journal)

    def _opened(self, path: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)")
        connection.set_trace_callback(self._traced)
        return connection

    def _traced(self, statement: str) -> None:
        alone = statement.startswith("INSERT") and not self._connection.in_transaction
        self.commits += statement == "COMMIT" or alone


@pytest.fixture
async def committer(tmp_path: Path) -> AsyncIterator[Traced]:
    made = Traced(tmp_path / "t.sqlite3")
    await made.submit(lambda _: None)
    await made.journal.renew()
    made.commits = 0
    yield made
    await made.close()
    made.journal.close()


def insert(committer: GroupCommitter, number: int, told: list[Any]) -> None:
    def otherwise(_: sqlite3.Connection) -> None:
        """Nothing else can be done."""

    committer.insert((number,), otherwise, lambda *settled: told.append((number, *settled)))


async def test_a_row_that_comes_alone_is_committed_before_its_insertion_returns(
    committer: Traced, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine a commit may take so long that the next is the thread's.
    monkeypatch.setattr(group_commit, "SLOW_SECONDS", math.inf)
    told: list[Any] = []
    await asyncio.sleep(0.01)
    for number in range(3):
        insert(committer, number, told)
        assert told == [(each, None, None) for each in range(number + 1)]
    assert committer.commits == 3


async def test_rows_that_come_in_one_turn_are_one_transaction(committer: Traced) -> None:
    told: list[Any] = []
    loop = asyncio.get_running_loop()
    for number in range(5):
        loop.call_soon(insert, committer, number, told)
    await asyncio.sleep(0.01)
    assert told == [(number, None, None) for number in range(5)]
    assert committer.commits == 1


async def test_noted_rows_are_committed_together_a_moment_later(committer: Traced) -> None:
    for number in range(5):
        assert committer.noted((number,))
    assert committer.commits == 0
    await asyncio.sleep(3 * FOLD_SECONDS)
    assert numbers(committer) == list(range(5))
    assert committer.commits == 1
    assert committer.journal.rows == []


async def test_noted_rows_are_there_for_whatever_is_committed_after_them(committer: Traced) -> None:
    assert committer.noted((1,))
    assert await committer.submit(lambda c: c.execute("SELECT n FROM t").fetchall()) == [(1,)]
    assert committer.noted((2,))
    told: list[Any] = []
    insert(committer, 3, told)
    assert told == [(3, None, None)]
    assert numbers(committer) == [1, 2, 3]
    assert committer.commits == 2


async def test_nothing_is_noted_while_the_thread_commits(committer: Traced) -> None:
    reading = committer.submit(lambda _: None, long=True)
    await asyncio.sleep(0)  # handed over
    assert not committer.noted((1,))
    await reading
    await asyncio.sleep(0)
    assert committer.noted((1,))


async def test_nothing_is_noted_while_the_database_does_not_take_what_was(
    committer: Traced, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.runs.sqlite_schema.BUSY_SECONDS", 0.01)
    blocker = sqlite3.connect(tmp_path / "t.sqlite3", isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    assert committer.noted((1,))
    with pytest.raises(StoreUnavailableError):
        await committer.submit(lambda _: None)
    async with asyncio.timeout(10):
        while committer.noted((2,)):
            await asyncio.sleep(FOLD_SECONDS)
    blocker.execute("ROLLBACK")
    blocker.close()
    async with asyncio.timeout(10):
        while not committer.noted((3,)):
            await asyncio.sleep(RETRY_SECONDS / 5)
    assert {1, 3} <= {*numbers(committer), *(row[0] for row in committer.journal.rows)}


async def test_closing_commits_what_is_noted(committer: Traced, tmp_path: Path) -> None:
    assert committer.noted((1,))
    await committer.close()
    assert not committer.noted((2,))
    with closing(sqlite3.connect(tmp_path / "t.sqlite3")) as connection:
        assert connection.execute("SELECT n FROM t").fetchall() == [(1,)]


def numbers(committer: Traced) -> Any:
    return committer.glance(lambda c: [n for (n,) in c.execute("SELECT n FROM t ORDER BY n")])


async def test_a_row_waits_for_what_the_thread_commits(committer: Traced) -> None:
    told: list[Any] = []
    read = committer.submit(lambda c: c.execute("SELECT count(*) FROM t").fetchone()[0], long=True)
    await asyncio.sleep(0)  # handed over
    assert committer.glance(lambda c: c.execute("SELECT 1").fetchone()) is None
    insert(committer, 1, told)
    assert told == []
    assert await read == 0
    await asyncio.sleep(0.01)
    assert told == [(1, None, None)]
    assert committer.glance(lambda c: c.execute("SELECT count(*) FROM t").fetchone()[0]) == 1


async def test_a_closed_committer_says_so(committer: Traced) -> None:
    told: list[Any] = []
    await committer.close()
    insert(committer, 1, told)
    ((_, result, error),) = told
    assert result is None
    assert "closed" in str(error)
