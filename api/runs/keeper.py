"""Housekeeping beside the runs: leases, cancellations from other workers, lost runs, retention."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog

from api.contract.events import RunIncomplete
from api.contract.usage import FinishReason
from api.runs import folding
from api.runs.log import LeaseLostError, RunLog, RunRecord, StoreUnavailableError
from api.runs.production import ending, estimated_usage
from api.runs.service import RunService

log = structlog.get_logger(__name__)

LEASE_SECONDS = 5.0
"""A worker that has not renewed its lease for so long is taken for lost."""

HEARTBEAT_SECONDS = 1.0
CANCEL_POLL_SECONDS = 0.05
EXPIRY_SECONDS = 60.0
WORKER_LOST = "The server that made this reply was lost before the reply was whole."


class Keeper:
    """Keeps this worker's leases alive and ends the runs of workers that are gone."""

    def __init__(self, run_log: RunLog, runs: RunService, retention: timedelta) -> None:
        self._log = run_log
        self._runs = runs
        self._retention = retention
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Take the lease before the first run, then keep on."""
        with suppress(StoreUnavailableError):
            # The store may be full or locked now; the loop below tries, and says so, each second.
            await self._beat()
        self._tasks = [
            asyncio.create_task(self._every(HEARTBEAT_SECONDS, self._beat)),
            asyncio.create_task(self._every(CANCEL_POLL_SECONDS, self._stop_cancelled)),
            asyncio.create_task(self._every(EXPIRY_SECONDS, self._expire)),
        ]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        available = True
        while True:
            await asyncio.sleep(seconds)
            try:
                await work()
            except StoreUnavailableError as error:
                if available:
                    log.error("run_log.unavailable", reason=str(error))
                available = False
            else:
                if not available:
                    log.info("run_log.available_again")
                available = True

    async def _beat(self) -> None:
        await self._log.heartbeat(LEASE_SECONDS)
        for record in await self._log.take_over():
            await self._end_lost(record)

    async def _end_lost(self, record: RunRecord) -> None:
        events = await self._log.read(record.id, -1, limit=1_000_000)
        text = folding.text_of(events)
        usage = estimated_usage(record.history or [], text)
        make = ending(
            RunIncomplete, record, text, usage, FinishReason.INCOMPLETE, reason=WORKER_LOST
        )
        try:
            await self._log.append(
                record.id, record.fence, [make(events[-1].seq + 1, datetime.now(UTC))]
            )
        except LeaseLostError:
            log.info("run.ended_elsewhere", run_id=record.id)
        else:
            log.warning("run.worker_lost", run_id=record.id)

    async def _stop_cancelled(self) -> None:
        if self._runs.live:
            self._runs.stop_live(await self._log.cancel_requests())

    async def _expire(self) -> None:
        erased = await self._log.expire(datetime.now(UTC) - self._retention)
        if erased:
            log.info("runs.expired", count=erased)
