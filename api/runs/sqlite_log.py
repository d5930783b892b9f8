"""The durable run log: one SQLite file that the workers of one machine share."""

import asyncio
import sqlite3
import time
import uuid
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from api.contract.events import TERMINAL_EVENTS, AnyRunEvent
from api.runs import sqlite_rows as rows
from api.runs.feed import Feed
from api.runs.group_commit import GroupCommitter
from api.runs.log import Claim, RunRecord, StoreUnavailableError
from api.runs.sqlite_schema import connect, connect_and_create

POLL_SECONDS = 0.025
"""How often a process looks for commits of others while somebody waits for them."""

BATCH = 512
"""Most events that one read of the log returns to a follower."""


class SqliteRunLog:
    """Writes through one group-committing thread; reads through another; followers of this
    process's runs are woken by the commit, those of another process's by a cheap poll."""

    kind = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._worker = uuid.uuid4().hex
        self._feeds: dict[str, Feed] = {}
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="run-log-reader")
        self._reading: sqlite3.Connection | None = None
        self._version = -1

    async def open(self) -> None:
        self._committer = GroupCommitter(lambda: connect_and_create(self._path))
        with suppress(StoreUnavailableError):
            # Not fatal: a store that is full or locked now may recover, and runs say so till then.
            await self._committer.submit(lambda _: None)

    async def close(self) -> None:
        with suppress(StoreUnavailableError):
            # A lease that cannot be given back simply expires.
            await self._committer.submit(lambda c: rows.drop_worker(c, self._worker))
        await self._committer.close()
        self._reader.shutdown()
        if self._reading:
            self._reading.close()

    async def claim(self, draft: RunRecord, first: AnyRunEvent) -> Claim:
        claim = await self._committer.submit(lambda c: rows.claim(c, draft, self._worker, first))
        if claim.created:
            self._published(draft.id, [first])
        return claim

    def append(
        self, run_id: str, fence: int, events: Sequence[AnyRunEvent]
    ) -> asyncio.Future[None]:
        done = self._committer.submit(lambda c: rows.append(c, run_id, fence, events))
        done.add_done_callback(lambda future: self._settled(future, run_id, events))
        return done

    def _settled(
        self, done: asyncio.Future[None], run_id: str, events: Sequence[AnyRunEvent]
    ) -> None:
        if not done.cancelled() and done.exception() is None:
            self._published(run_id, events)

    def _published(self, run_id: str, events: Sequence[AnyRunEvent]) -> None:
        feed = self._feeds.setdefault(run_id, Feed())
        feed.publish(events)
        if isinstance(events[-1], TERMINAL_EVENTS):
            del self._feeds[run_id]

    async def read(self, run_id: str, after: int, limit: int) -> list[AnyRunEvent]:
        return await self._query(lambda c: rows.read(c, run_id, after, limit))

    async def follow(self, run_id: str, after: int) -> AsyncGenerator[Sequence[AnyRunEvent], None]:
        feed = self._feeds.get(run_id)
        while True:
            batch = feed.since(after) if feed else None
            if batch is None:
                batch = await self.read(run_id, after, BATCH)
            if batch:
                yield batch
                after = batch[-1].seq
                if isinstance(batch[-1], TERMINAL_EVENTS):
                    return
            elif feed:
                await feed.changed(after)
            else:
                await asyncio.sleep(POLL_SECONDS)
                feed = self._feeds.get(run_id)

    async def find(self, run_id: str) -> RunRecord | None:
        return await self._query(lambda c: rows.find(c, run_id))

    async def request_cancel(self, run_id: str) -> bool:
        return await self._committer.submit(lambda c: rows.request_cancel(c, run_id))

    async def cancel_requests(self) -> list[str]:
        return await self._query(self._requests_if_changed)

    def _requests_if_changed(self, connection: sqlite3.Connection) -> list[str]:
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        if version == self._version:
            return []
        self._version = version
        return rows.cancel_requests(connection, self._worker)

    async def heartbeat(self, lease_seconds: float) -> None:
        until = time.time() + lease_seconds
        await self._committer.submit(lambda c: rows.renew(c, self._worker, until))

    async def take_over(self) -> list[RunRecord]:
        return await self._committer.submit(lambda c: rows.take_over(c, self._worker, time.time()))

    async def expire(self, before: datetime) -> int:
        return await self._committer.submit(lambda c: rows.expire(c, before))

    async def check(self) -> None:
        await self._committer.submit(rows.touch)

    async def _query(self, query: rows.Query[rows.T]) -> rows.T:
        return await asyncio.get_running_loop().run_in_executor(
            self._reader, self._run_query, query
        )

    def _run_query(self, query: rows.Query[rows.T]) -> rows.T:
        try:
            self._reading = self._reading or connect(self._path)
            return query(self._reading)
        except sqlite3.Error as error:
            if self._reading:
                self._reading.close()
            self._reading = None
            raise StoreUnavailableError(f"the run log cannot be read now: {error}") from error
