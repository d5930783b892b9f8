"""The durable run log: one SQLite file that the workers of one machine share."""

import asyncio
import sqlite3
import time
import uuid
from collections.abc import AsyncGenerator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from api.contract.events import TERMINAL_EVENTS, AnyRunEvent, TextDelta
from api.runs import sqlite_ledger
from api.runs import sqlite_rows as rows
from api.runs.checkpoints import Checkpoints
from api.runs.feed import Feed
from api.runs.group_commit import GroupCommitter
from api.runs.journal import Journal
from api.runs.log import (
    Claim,
    LeaseLostError,
    RunRecord,
    Settled,
    StoreUnavailableError,
    UsageLine,
)
from api.runs.lost_journals import LostJournals, remove
from api.runs.sqlite_schema import connect, connect_and_create
from api.runs.tail import News, Tail

BATCH = 64
"""Most events that one read of the log returns to a follower: what a stalled one can hold."""

RETRY_SECONDS = 0.25
"""Pause of a follower before it reads again from a store that was not available."""


class SqliteRunLog:
    """Writes through one group-committing thread; reads through another. Followers of this
    process's runs have a delta once it is in the journal and any other event once it is committed;
    those of another process's have what is committed, by a poll for all."""

    kind = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._worker = uuid.uuid4().hex
        self._feeds: dict[str, Feed] = {}
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="run-log-reader")
        self._reading: sqlite3.Connection | None = None
        self._journal = Journal(path, self._worker)
        self._lost = LostJournals(path, self._worker)
        self._checkpoints = Checkpoints(path)
        self._tail = Tail(self._news)
        self._lease_seconds = 0.0
        self._cancels_seen: int | None = None

    @property
    def queued(self) -> int:
        return self._committer.queued

    async def open(self) -> None:
        self._committer = GroupCommitter(
            lambda: connect_and_create(self._path), rows.INSERT_DELTA, self._journal
        )
        with suppress(StoreUnavailableError):
            # Not fatal: a store that is full or locked now may recover, and runs say so till then.
            remove(await self._committer.submit(self._lost.recover))
        self._checkpoints.open()

    async def close(self) -> None:
        with suppress(StoreUnavailableError):
            # A lease that cannot be given back simply expires.
            await self._committer.submit(lambda c: rows.drop_worker(c, self._worker))
        await self._checkpoints.close()
        await self._committer.close()
        self._journal.close()
        self._reader.shutdown()
        if self._reading:
            self._reading.close()

    async def claim(self, draft: RunRecord, first: AnyRunEvent) -> Claim:
        leased_until = time.time() + self._lease_seconds
        claim = await self._committer.submit(
            lambda c: rows.claim(c, draft, self._worker, leased_until, first)
        )
        if claim.created:
            self._published(draft.id, [first])
        return claim

    def append(
        self, run_id: str, fence: int, events: Sequence[AnyRunEvent]
    ) -> asyncio.Future[None]:
        return self._committer.submit(
            lambda connection: rows.append(connection, run_id, fence, events),
            lambda error: self._settled(error, run_id, events),
        )

    def offer(self, run_id: str, fence: int, event: TextDelta, settled: Settled) -> bool:
        row = rows.delta_row(run_id, fence, event)
        events, feed = (event,), self._feeds.get(run_id)
        if feed and self._committer.noted(row):
            feed.publish(events)
            return True

        def told(_: object, error: BaseException | None) -> None:
            if error is None:
                self._published(run_id, events)
            else:
                self._settled(error, run_id, events)
            settled(error)

        self._committer.insert(
            row, lambda connection: rows.append(connection, run_id, fence, events), told
        )
        return False

    def _settled(
        self, error: BaseException | None, run_id: str, events: Sequence[AnyRunEvent]
    ) -> None:
        if error is None:
            self._published(run_id, events)
        elif isinstance(error, LeaseLostError) and run_id in self._feeds:
            self._feeds.pop(run_id).lose()

    def _published(self, run_id: str, events: Sequence[AnyRunEvent]) -> None:
        feed = self._feeds.get(run_id)
        if feed is None:
            feed = self._feeds[run_id] = Feed()
        feed.publish(events)
        if feed.ended:
            del self._feeds[run_id]

    async def read(self, run_id: str, after: int, limit: int) -> list[AnyRunEvent]:
        # Looked at first: what isn't in the journal any more is then certainly in the database.
        noted = rows.deltas(self._journal.rows, run_id, after)
        events = await self._query(lambda c: rows.read(c, run_id, after, limit))
        last = events[-1].seq if events else after
        return [*events, *(event for event in noted if event.seq > last)][:limit]

    async def follow(self, run_id: str, after: int) -> AsyncGenerator[Sequence[AnyRunEvent], None]:
        feed = self._feeds.get(run_id)
        with ExitStack() as watch:
            while True:
                batch = feed.since(after) if feed else None
                if batch is None:
                    batch = await self._read_patiently(run_id, after)
                if batch:
                    yield batch
                    after = batch[-1].seq
                    if isinstance(batch[-1], TERMINAL_EVENTS):
                        return
                if len(batch) < BATCH and (feed is None or feed.lost):
                    watching = self._tail.watching(run_id, after)
                    feed = self._feeds.get(run_id) or watch.enter_context(watching)
                elif not batch and feed:
                    if feed.ended:
                        return
                    await feed.changed(after)

    def feed(self, run_id: str) -> Feed | None:
        return self._feeds.get(run_id)

    async def _read_patiently(self, run_id: str, after: int) -> list[AnyRunEvent]:
        """A batch from the store; where it is not available, once it is."""
        while True:
            try:
                return await self.read(run_id, after, BATCH)
            except StoreUnavailableError:
                await asyncio.sleep(RETRY_SECONDS)

    async def find(self, run_id: str, owner: str | None = None) -> RunRecord | None:
        return await self._query(lambda c: rows.find(c, run_id, owner))

    async def request_cancel(self, run_id: str) -> bool:
        first = await self._committer.submit(lambda c: rows.request_cancel(c, run_id))
        self._cancels_seen = None  # what this process writes itself doesn't count as a change
        return first

    async def cancel_requests(self) -> list[str]:
        # Asked many times a second, and almost always nobody else has written anything meanwhile.
        version = self._committer.glance(rows.version)
        if version is not None and version == self._cancels_seen:
            return []
        requests = await self._query(lambda c: rows.cancel_requests(c, self._worker))
        self._cancels_seen = version
        return requests

    async def _news(self, known: Mapping[str, int]) -> Mapping[str, News]:
        return await self._query(
            lambda c: {
                run_id: rows.news(c, run_id, after, BATCH) for run_id, after in known.items()
            }
        )

    async def heartbeat(self, lease_seconds: float) -> None:
        self._lease_seconds = lease_seconds
        until = time.time() + lease_seconds
        await self._committer.submit(lambda c: rows.renew(c, self._worker, until))
        await self._journal.renew()

    async def take_over(self) -> list[RunRecord]:
        def taken_over(connection: sqlite3.Connection) -> tuple[list[RunRecord], list[Path]]:
            rows.forget_lost(connection, self._worker, time.time())
            journals = self._lost.recover(connection)
            return rows.take_over(connection, self._worker), journals

        records, journals = await self._committer.submit(taken_over, long=True)
        remove(journals)
        return records

    async def expire(self, before: datetime) -> int:
        return await self._committer.submit(lambda c: rows.expire(c, before), long=True)

    async def usage(self, owner: str | None, since: date, until: date) -> list[UsageLine]:
        return await self._query(lambda c: sqlite_ledger.usage(c, owner, since, until))

    async def held(self, owner: str) -> Decimal:
        return await self._query(lambda c: sqlite_ledger.held(c, owner))

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
        except (sqlite3.Error, OSError) as error:
            if self._reading:
                self._reading.close()
            self._reading = None
            raise StoreUnavailableError(f"the run log cannot be read now: {error}") from error
