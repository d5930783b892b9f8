"""Looks at regular times how late the event loop is and how much waits for the run log."""

import asyncio

from api.runs.log import RunLog
from api.telemetry.metrics import Metrics

PULSE_SECONDS = 0.25


class Pulse:
    """Samples while it is open."""

    def __init__(self, metrics: Metrics, run_log: RunLog) -> None:
        self._metrics = metrics
        self._log = run_log
        self._beating: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._beating = asyncio.create_task(self._beat())

    async def close(self) -> None:
        if self._beating:
            self._beating.cancel()
            await asyncio.wait([self._beating])

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + PULSE_SECONDS
            await asyncio.sleep(PULSE_SECONDS)
            # The loop's clock may be a hair early: timers of one tick run together.
            self._metrics.sample(max(0.0, loop.time() - due), self._log.queued)
