"""A writer thread that commits whatever has queued: at once when idle, in groups when busy.

While one commit is under way the next operations gather; they share the commit after it. So
the cost of durability falls per operation exactly when there are many of them.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

from api.runs.log import RunLogError, StoreUnavailableError

T = TypeVar("T")
Operation = Callable[[sqlite3.Connection], Any]
_Waiting = tuple[Operation, "asyncio.Future[Any]"]
_Settled = tuple["asyncio.Future[Any]", Any, BaseException | None]


class GroupCommitter:
    """Runs operations on one SQLite connection in one thread, grouped into transactions.

    An operation that means to refuse raises a `RunLogError` before it writes: then only its own
    caller hears of it. Any other error rolls the group back and each operation is tried alone, so
    that one bad operation harms no other.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._connection: sqlite3.Connection | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="run-log-writer", daemon=True)
        self._thread.start()

    def submit(self, operation: Callable[[sqlite3.Connection], T]) -> "asyncio.Future[T]":
        """Queue an operation; the future is done once its transaction is committed."""
        future: asyncio.Future[T] = self._loop.create_future()
        if self._closed:
            future.set_exception(StoreUnavailableError("the run log is closed"))
        else:
            self._queue.put((operation, future))
        return future

    async def close(self) -> None:
        """Commit what has queued, then end the thread."""
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        open_ = True
        while open_:
            group = [self._queue.get()]
            while not self._queue.empty():
                group.append(self._queue.get())
            open_ = None not in group
            self._tell(self._commit([entry for entry in group if entry is not None]))
        if self._connection:
            self._connection.close()

    def _tell(self, settled: list[_Settled]) -> None:
        try:
            self._loop.call_soon_threadsafe(_settle, settled)
        except RuntimeError:
            # The loop is closed: nobody waits for these any more; they are committed all the same.
            return

    def _commit(self, group: list[_Waiting]) -> list[_Settled]:
        try:
            return self._transaction(group)
        except Exception as error:
            if unavailable := _unavailable(error):
                # It would meet each of them alone, so all hear of it now.
                return [(future, None, unavailable) for _, future in group]
            if len(group) == 1:
                return [(group[0][1], None, error)]
            return [settled for entry in group for settled in self._commit([entry])]

    def _transaction(self, group: list[_Waiting]) -> list[_Settled]:
        if not group:
            return []
        connection = self._connection = self._connection or self._connect()
        settled: list[_Settled] = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            for operation, future in group:
                settled.append(_attempt(operation, connection, future))
            connection.execute("COMMIT")
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


def _attempt(
    operation: Operation, connection: sqlite3.Connection, future: "asyncio.Future[Any]"
) -> _Settled:
    try:
        return future, operation(connection), None
    except RunLogError as refusal:
        return future, None, refusal


def _settle(settled: list[_Settled]) -> None:
    for future, result, error in settled:
        if future.done():
            continue
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
