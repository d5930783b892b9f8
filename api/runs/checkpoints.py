"""Moves what is committed from SQLite's write-ahead log into the database file, beside the writer.

The writer would do it by itself, every thousand pages, and every stream would wait some 30 ms for
the disk meanwhile. A passive checkpoint of another connection holds up nobody.
https://www.sqlite.org/wal.html#ckpt
"""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog

from api.runs.sqlite_schema import connect

log = structlog.get_logger(__name__)

EVERY_SECONDS = 10.0
"""Rarely: what is written often is then moved once, and the first commit after a checkpoint waits
for the disk, because it begins the write-ahead log anew."""

LARGEST = 16_384
"""Pages (of 4 kB) of a write-ahead log that starts anew, for which writers wait a moment: one that
is written all the time would else only grow."""


class Checkpoints:
    """Checkpoints one database now and then, in a thread of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="run-log-checkpoints")
        self._connection: sqlite3.Connection | None = None
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._thread.shutdown()
        if self._connection:
            self._connection.close()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await loop.run_in_executor(self._thread, self._checkpoint)

    def _checkpoint(self) -> None:
        try:
            self._connection = self._connection or connect(self._path)
            _, pages, _ = self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if pages > LARGEST:
                self._connection.execute("PRAGMA wal_checkpoint(RESTART)")
        except (sqlite3.Error, OSError) as error:
            # What is committed stays in the write-ahead log; the next turn tries again.
            log.debug("run_log.checkpoint_failed", reason=str(error))
