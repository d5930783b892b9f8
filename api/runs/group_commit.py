"""Commits whatever has queued as one transaction: at once when idle, in groups when busy.

The event loop commits by itself at the end of its turn, for everything that asked during the turn:
in WAL mode that is some 25 µs without waiting for the disk, less than waking a thread costs. What
takes long, and what comes while the store is locked, slow or in trouble, is committed by a thread;
meanwhile the next operations gather and share the commit after it. So durability costs less for
each operation exactly when there are many of them. What is noted in the journal is safe before all
that, and the next transaction takes it along.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence, Sized
from functools import partial
from itertools import repeat
from queue import SimpleQueue
from time import monotonic
from typing import Any, NamedTuple, TypeVar

from api.runs import sqlite_schema
from api.runs.journal import Journal, Row
from api.runs.log import RunLogError, StoreUnavailableError

T = TypeVar("T")
Operation = Callable[[sqlite3.Connection], Any]
Listener = Callable[[BaseException | None], None]


Settle = Callable[[Any, BaseException | None], None]
"""Hears of an operation's result or failure."""


class _Waiting(NamedTuple):
    operation: Operation
    settle: Settle


_Settled = tuple[_Waiting, Any, BaseException | None]

SLOW_SECONDS = 0.05
"""A commit that held up the event loop for so long shows a disk that is busy …"""
PATIENCE_SECONDS = 1.0
"""… and for so long the thread commits instead."""

FOLD_SECONDS = 0.05
"""How long a row stays in the journal, at most: so much later do other processes see it."""
RETRY_SECONDS = 0.25
"""… and where the database could not take it, before it is offered again."""


class GroupCommitter:
    """Runs operations on one SQLite connection, in the order in which they came.

    An operation that means to refuse raises a `RunLogError` before it writes: then only its own
    caller hears of it. Any other error rolls the group back and each operation is tried alone, so
    that one bad operation harms no other.

    `insertion` is a statement that inserts one row, or none. Most of what is committed are its
    rows, and a group of nothing else is one call of SQLite.
    """

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], insertion: str, journal: Journal
    ) -> None:
        self._connect = connect
        self._insertion = insertion
        self._journal = journal
        self._folding: asyncio.TimerHandle | None = None
        self._not_folded = False
        self._loop = asyncio.get_running_loop()
        # What asyncio's loop has yet to call in this turn; of another loop it isn't known: much.
        self._to_call: Sized = getattr(self._loop, "_ready", "??")
        self._connection: sqlite3.Connection | None = None
        self._waiting: list[_Waiting] = []
        self._rows: list[Row] = []
        self._long = True  # the first operation opens the file
        self._turn: asyncio.Handle | None = None
        self._handed_over = 0
        self._thread_until = 0.0
        self._closed = False
        self._groups: SimpleQueue[list[_Waiting] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="run-log-writer", daemon=True)
        self._thread.start()

    @property
    def queued(self) -> int:
        """Operations that wait for their commit, or are being committed by the thread."""
        return len(self._waiting) + self._handed_over

    def submit(
        self,
        operation: Callable[[sqlite3.Connection], T],
        listener: Listener | None = None,
        *,
        long: bool = False,
    ) -> "asyncio.Future[T]":
        """Queue an operation; the future is done once its transaction is committed.

        `listener` hears of it at once, where the future's own callbacks come a turn of the loop
        later. A `long` operation (it may take milliseconds) never runs on the event loop.
        """
        future: asyncio.Future[T] = self._loop.create_future()
        if self._closed:
            future.set_exception(StoreUnavailableError("the run log is closed"))
            return future
        self._long = self._long or long
        self._queue(_Waiting(operation, partial(_settle, future, listener)))
        return future

    def noted(self, row: Row) -> bool:
        """True where the row of `insertion` is safe now, in the journal.

        False where it is to be queued: there is no journal, or it is full, taken, or being
        committed by the thread, or could not be.
        """
        if self._handed_over or self._not_folded or self._closed or not self._journal.note(row):
            return False
        if self._folding is None:
            self._folding = self._loop.call_later(FOLD_SECONDS, self._fold)
        return True

    def _fold(self) -> None:
        """Commit what is in the journal, unless another commit has done so."""
        self._folding = None
        if self._journal.rows:
            self._queue(_Waiting(_nothing, self._folded))
        else:
            self._not_folded = False

    def _folded(self, _: None, error: BaseException | None) -> None:
        self._not_folded = error is not None
        if error and not self._closed:
            self._folding = self._loop.call_later(RETRY_SECONDS, self._fold)

    def insert(self, row: Row, otherwise: Operation, settle: Settle) -> None:
        """Queue a row of `insertion`, with `otherwise` for where that inserts nothing."""
        if self._closed:
            settle(None, StoreUnavailableError("the run log is closed"))
            return
        last = not self._handed_over and len(self._to_call) <= (self._turn is not None)
        self._rows.append(row)
        entry = _Waiting(otherwise, settle)
        if not last:
            self._queue(entry)
            return
        self._waiting.append(entry)
        if self._turn is not None:
            self._turn.cancel()
        self._end_turn()

    def glance(self, read: Callable[[sqlite3.Connection], T]) -> T | None:
        """What a read tells that takes no longer than a look; None where there is no looking now.

        It runs on the event loop.
        """
        if self._connection is None or self._handed_over:
            return None
        try:
            return read(self._connection)
        except sqlite3.Error:
            return None

    def _queue(self, entry: _Waiting) -> None:
        self._waiting.append(entry)
        if self._turn is None and not self._handed_over:
            self._turn = self._loop.call_soon(self._end_turn)

    async def close(self) -> None:
        """Commit what has queued, then end the thread."""
        self._closed = True
        if self._folding:
            self._folding.cancel()
        if self._waiting or self._journal.rows:
            self._hand_over()
        self._groups.put(None)
        await asyncio.to_thread(self._thread.join)

    def _end_turn(self) -> None:
        self._turn = None
        if not self._waiting:
            return
        connection, began = self._connection, monotonic()
        if connection is None or self._long or began < self._thread_until:
            self._hand_over()
            return
        try:
            settled = self._committed(connection)
        except Exception:
            # Locked by another process, or a fault: the thread has the time to find out which.
            self._hand_over()
        else:
            self._waiting, self._rows = [], []
            _tell(settled)
        if (ended := monotonic()) - began > SLOW_SECONDS:
            self._rest(ended)

    def _rest(self, now: float) -> None:
        """Leave the next commits to the thread: one on the event loop was slow."""
        self._thread_until = now + PATIENCE_SECONDS

    def _hand_over(self) -> None:
        group, self._waiting, self._rows, self._long = self._waiting, [], [], False
        self._handed_over = len(group)
        self._groups.put(group)

    def _taken_back(self, settled: list[_Settled]) -> None:
        self._handed_over = 0
        _tell(settled)
        if self._waiting and self._turn is None:
            self._end_turn()

    def _run(self) -> None:
        while (group := self._groups.get()) is not None:
            settled = self._patiently(group)
            try:
                self._loop.call_soon_threadsafe(self._taken_back, settled)
            except RuntimeError:
                # The loop is closed: nobody waits for these; they are committed all the same.
                continue
        if self._connection:
            self._connection.close()

    def _patiently(self, group: list[_Waiting]) -> list[_Settled]:
        """Commit a group in the thread, waiting for locks; on the loop nothing waits for them."""
        self._set_patience(sqlite_schema.BUSY_SECONDS)
        try:
            return self._commit(group)
        finally:
            self._set_patience(0)

    def _set_patience(self, seconds: float) -> None:
        if self._connection:
            self._connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")

    def _commit(self, group: list[_Waiting]) -> list[_Settled]:
        try:
            self._connection = self._connection or self._connect()
            return self._transaction(self._connection, group)
        except Exception as error:
            if unavailable := _unavailable(error):
                # It would meet each of them alone, so all hear of it now.
                return [(entry, None, unavailable) for entry in group]
            if len(group) == 1:
                return [(group[0], None, error)]
            return [settled for entry in group for settled in self._commit([entry])]

    def _committed(self, connection: sqlite3.Connection) -> Iterable[_Settled]:
        """What has queued, committed in the cheapest way that there is for it."""
        all_rows = len(self._rows) == len(self._waiting)
        if all_rows and self._inserted(connection, [*self._journal.rows, *self._rows]):
            return zip(self._waiting, repeat(None), repeat(None), strict=False)
        return self._transaction(connection, self._waiting)

    def _inserted(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> bool:
        """True where every row was inserted, in one transaction; else none was."""
        if len(rows) == 1:
            # One statement is a transaction by itself.
            return connection.execute(self._insertion, rows[0]).rowcount == 1
        try:
            connection.execute("BEGIN IMMEDIATE")
            if connection.executemany(self._insertion, rows).rowcount == len(rows):
                connection.execute("COMMIT")
                self._journal.committed()
                return True
            connection.execute("ROLLBACK")
        except BaseException:
            self._recover(connection)
            raise
        return False

    def _transaction(self, connection: sqlite3.Connection, group: list[_Waiting]) -> list[_Settled]:
        settled: list[_Settled] = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            # Before what may end their runs. It inserts none that whoever took a run over has.
            connection.executemany(self._insertion, self._journal.rows)
            for entry in group:
                settled.append(_attempt(entry, connection))
            connection.execute("COMMIT")
            self._journal.committed()
        except BaseException:
            self._recover(connection)
            raise
        return settled

    def _recover(self, connection: sqlite3.Connection) -> None:
        """Leave no transaction open; a connection that can't even roll back is opened anew."""
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            connection.close()
            self._connection = None


def _attempt(entry: _Waiting, connection: sqlite3.Connection) -> _Settled:
    try:
        return entry, entry.operation(connection), None
    except RunLogError as refusal:
        return entry, None, refusal


def _nothing(_: sqlite3.Connection) -> None:
    """An operation for its transaction's sake."""


def _tell(settled: Iterable[_Settled]) -> None:
    for (_, settle), result, error in settled:
        settle(result, error)


def _settle(
    future: "asyncio.Future[Any]",
    listener: Listener | None,
    result: Any,
    error: BaseException | None,
) -> None:
    if listener:
        listener(error)
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


def _unavailable(error: Exception) -> StoreUnavailableError | None:
    """Locked, full, read-only, unreadable or out of reach; None for a fault of the operation."""
    if (
        isinstance(error, OSError | sqlite3.OperationalError)
        or type(error) is sqlite3.DatabaseError
    ):
        return StoreUnavailableError(f"the run log cannot be used now: {error}")
    return None
