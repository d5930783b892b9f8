"""The run log in memory: for tests and for servers that may forget (`PARLEY_RUN_LOG=memory:`)."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from api.contract.events import TERMINAL_EVENTS, AnyRunEvent, TextDelta
from api.runs.feed import Feed
from api.runs.log import (
    Claim,
    KeyConflictError,
    LeaseLostError,
    RunRecord,
    Settled,
    UsageLine,
)
from api.runs.memory_ledger import MemoryLedger
from api.runs.retention import without_text


class MemoryRunLog:
    """One process, no durability, and otherwise the behaviour of every store."""

    kind = "memory"
    queued = 0
    """Nothing ever waits."""

    def __init__(self) -> None:
        self._records: dict[str, RunRecord] = {}
        self._keys: dict[tuple[str, str], str] = {}
        self._events: dict[str, list[AnyRunEvent]] = {}
        self._feeds: dict[str, Feed] = {}
        self._ledger = MemoryLedger()

    async def open(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Nothing to close: what was logged is forgotten with the object."""

    async def claim(self, draft: RunRecord, first: AnyRunEvent) -> Claim:
        if draft.idempotency_key is not None:
            key = (draft.owner, draft.idempotency_key)
            known = self._records.get(self._keys.get(key, ""))
            if known and known.input_digest != draft.input_digest:
                raise KeyConflictError(draft.idempotency_key)
            if known:
                return Claim(known, created=False)
        self._ledger.reserve(draft)
        if draft.idempotency_key is not None:
            self._keys[draft.owner, draft.idempotency_key] = draft.id
        self._records[draft.id] = draft
        self._events[draft.id] = []
        self._feeds[draft.id] = Feed()
        self._add(draft.id, [first])
        return Claim(draft, created=True)

    def append(
        self, run_id: str, fence: int, events: Sequence[AnyRunEvent]
    ) -> asyncio.Future[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        record = self._records[run_id]
        if record.ending or record.fence != fence:
            done.set_exception(LeaseLostError(run_id))
        else:
            self._add(run_id, events)
            done.set_result(None)
        return done

    def offer(self, run_id: str, fence: int, event: TextDelta, settled: Settled) -> bool:
        appended = self.append(run_id, fence, [event])
        if appended.exception() is None:
            return True
        appended.add_done_callback(lambda done: settled(done.exception()))
        return False

    def _add(self, run_id: str, events: Sequence[AnyRunEvent]) -> None:
        log = self._events[run_id]
        log.extend(event for event in events if event.seq == len(log))
        if isinstance(log[-1], TERMINAL_EVENTS):
            self._records[run_id] = replace(self._records[run_id], ending=log[-1])
            self._ledger.settle(self._records[run_id], log[-1])
        self._feeds[run_id].publish(events)

    async def read(self, run_id: str, after: int, limit: int) -> list[AnyRunEvent]:
        return self._events.get(run_id, [])[after + 1 : after + 1 + limit]

    async def follow(self, run_id: str, after: int) -> AsyncGenerator[Sequence[AnyRunEvent], None]:
        feed, events = self._feeds[run_id], self._events[run_id]
        while True:
            batch = events[after + 1 :]
            if batch:
                yield batch
                after = batch[-1].seq
            if feed.ended and after >= events[-1].seq:
                return
            await feed.changed(after)

    def feed(self, run_id: str) -> Feed | None:
        return self._feeds.get(run_id)

    async def find(self, run_id: str, owner: str | None = None) -> RunRecord | None:
        record = self._records.get(run_id)
        return record if record and owner in (None, record.owner) else None

    async def request_cancel(self, run_id: str) -> bool:
        record = self._records[run_id]
        if record.ending or record.cancel_requested:
            return False
        self._records[run_id] = replace(record, cancel_requested=True)
        return True

    async def cancel_requests(self) -> list[str]:
        return [r.id for r in self._records.values() if r.cancel_requested and not r.ending]

    async def heartbeat(self, lease_seconds: float) -> None:
        """One process holds every run for as long as it lives."""

    async def take_over(self) -> list[RunRecord]:
        return []

    async def expire(self, before: datetime) -> int:
        old = [
            r for r in self._records.values() if r.ending and r.ending.at < before and not r.expired
        ]
        for record in old:
            ending = without_text(record.ending) if record.ending else None
            self._records[record.id] = replace(record, history=None, ending=ending)
            self._events[record.id] = []
        return len(old)

    async def usage(self, owner: str | None, since: date, until: date) -> list[UsageLine]:
        return self._ledger.usage(owner, since, until)

    async def held(self, owner: str) -> Decimal:
        return self._ledger.held(owner)

    async def check(self) -> None:
        """Memory can always be written."""
