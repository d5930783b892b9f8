"""The runs that this process makes now: started, stopped, and seen to their end."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

from api.contract.results import CancelOutcome
from api.providers.base import ModelRequest, Provider
from api.runs.log import RunLog, RunRecord
from api.runs.production import Production
from api.runs.watching import RunObserver
from api.runs.writer import RunWriter

ENDING_SECONDS = 3.0
"""How long the ends of stopped runs may take to reach the log."""

STOPPED = "The server was stopped before the reply was whole."


@dataclass(frozen=True, slots=True)
class _Live:
    record: RunRecord
    production: Production
    task: asyncio.Task[None]


class LiveRuns:
    """Makes runs until each has its terminal event in the log."""

    def __init__(
        self, run_log: RunLog, provider: Provider, timeout_seconds: float, observer: RunObserver
    ) -> None:
        self._log = run_log
        self._provider = provider
        self._timeout_seconds = timeout_seconds
        self._observer = observer
        self._live: dict[str, _Live] = {}

    @property
    def ids(self) -> list[str]:
        return list(self._live)

    def make(self, request: ModelRequest, record: RunRecord) -> None:
        """Make the run's reply in the background."""
        writer = RunWriter(self._log, record, stop=lambda why: self.stop([record.id], why))
        watch = self._observer.begun(record, request)
        watched = replace(request, watch=watch, hear=writer.text)
        production = Production(
            self._provider, watched, record, writer, self._timeout_seconds, watch
        )
        task = asyncio.create_task(production.run())
        self._live[record.id] = _Live(record, production, task)
        task.add_done_callback(lambda _: self._live.pop(record.id, None))

    def stop(self, run_ids: Iterable[str], because: str | None = None) -> None:
        """Stop those of the runs that are made here: cancelled, or incomplete for a reason."""
        for run_id in run_ids:
            if live := self._live.get(run_id):
                live.production.stop(because)

    async def cancel(self, run_id: str, owner: str) -> CancelOutcome | None:
        """Cancel the owner's run at once, without the store; None where it isn't made here."""
        live = self._live.get(run_id)
        if live is None or live.record.owner != owner:
            return None
        if live.production.stop():
            return CancelOutcome.STOPPING
        if live.production.stopped:
            return CancelOutcome.ALREADY_STOPPING
        # It has just ended of itself: once that is logged, the store knows.
        await asyncio.wait([live.task], timeout=ENDING_SECONDS)
        return None

    async def check_leases(self) -> None:
        """Stop what another process has taken over."""
        await asyncio.gather(*(live.production.check_lease() for live in self._live.values()))

    async def drain(self, grace_seconds: float) -> None:
        """Let runs end for so long, then end the rest as incomplete, with all text logged."""
        await self._ended(grace_seconds)
        self.stop(self.ids, because=STOPPED)
        await self._ended(ENDING_SECONDS)

    async def _ended(self, seconds: float) -> None:
        if self._live:
            await asyncio.wait([live.task for live in self._live.values()], timeout=seconds)
