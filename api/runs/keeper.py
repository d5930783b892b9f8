"""Housekeeping beside the runs: leases, cancellations from other workers, lost runs, retention."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog

from api.contract.events import RunIncomplete
from api.contract.usage import FinishReason
from api.runs import folding
from api.runs.log import LeaseLostError, RunLog, RunRecord, StoreUnavailableError
from api.runs.production import characters, ending, estimated_usage
from api.runs.service import RunService
from api.runs.watching import UNOBSERVED, RunObserver

log = structlog.get_logger(__name__)

BEATS_PER_LEASE = 5
CANCEL_POLL_SECONDS = 0.1
EXPIRY_SECONDS = 60.0
WORKER_LOST = "The server that made this reply was lost before the reply was whole."


class Keeper:
    """Keeps this worker's leases alive and ends the runs of workers that are gone."""

    def __init__(
        self,
        run_log: RunLog,
        runs: RunService,
        retention: timedelta,
        lease_seconds: float,
        observer: RunObserver = UNOBSERVED,
    ) -> None:
        self._log = run_log
        self._runs = runs
        self._retention = retention
        self._lease_seconds = lease_seconds
        self._observer = observer
        self._last_beat = 0.0
        self._patient_until = 0.0
        self._lost: dict[str, RunRecord] = {}
        self._failing: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Take the lease before the first run, then keep on."""
        self._last_beat = time.time()
        with suppress(StoreUnavailableError):
            # The store may be full or locked now; the loop below tries, and says so.
            await self._beat()
        beat = self._lease_seconds / BEATS_PER_LEASE
        expiry = min(EXPIRY_SECONDS, self._retention.total_seconds() / 4)
        self._tasks = [
            asyncio.create_task(self._every(beat, "heartbeat", self._beat)),
            asyncio.create_task(self._every(beat, "take_over", self._end_lost)),
            asyncio.create_task(self._every(CANCEL_POLL_SECONDS, "cancel", self._stop_cancelled)),
            asyncio.create_task(self._every(expiry, "retention", self._expire)),
        ]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _every(self, seconds: float, name: str, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await work()
            except StoreUnavailableError as error:
                if not self._failing:
                    log.error("run_log.unavailable", reason=str(error))
                self._failing.add(name)
            except Exception:
                # A bug in one duty must not end it, and with it the lease of all runs.
                log.exception("keeper.bug", duty=name)
            else:
                if self._failing == {name}:
                    log.info("run_log.available_again")
                self._failing.discard(name)

    async def _beat(self) -> None:
        await self._log.heartbeat(self._lease_seconds)
        now = time.time()
        if now - self._last_beat > self._lease_seconds / 2:
            # The store failed, or the machine slept: the others' leases may only look expired,
            # and ours may have expired for them.
            self._patient_until = now + self._lease_seconds
            await self._runs.check_leases()
        self._last_beat = now

    async def _end_lost(self) -> None:
        if time.time() >= self._patient_until:
            self._lost.update({record.id: record for record in await self._log.take_over()})
        for record in list(self._lost.values()):
            try:
                await self._end(record)
            except StoreUnavailableError:
                raise
            except Exception:
                # A bug that one run meets must not keep the others from their end.
                log.exception("run.cannot_be_ended", run_id=record.id)
            del self._lost[record.id]

    async def _end(self, record: RunRecord) -> None:
        events = await self._log.read(record.id, -1, limit=1_000_000)
        text = folding.text_of(events)
        usage = estimated_usage(characters(record.history or []), text)
        cut = FinishReason.INCOMPLETE
        make = ending(RunIncomplete, record, text, usage, cut, None, reason=WORKER_LOST)
        end = make(events[-1].seq + 1, datetime.now(UTC))
        try:
            await self._log.append(record.id, record.fence, [end])
        except LeaseLostError:
            log.info("run.ended_elsewhere", run_id=record.id)
        else:
            log.warning("run.worker_lost", run_id=record.id)
            self._observer.ended_for_another(record, end)

    async def _stop_cancelled(self) -> None:
        if self._runs.live:
            self._runs.stop_live(await self._log.cancel_requests())

    async def _expire(self) -> None:
        """Erase in small steps, between which the live runs get their turn to write."""
        before, erased = datetime.now(UTC) - self._retention, 0
        while some := await self._log.expire(before):
            erased += some
        if erased:
            log.info("runs.expired", count=erased)
