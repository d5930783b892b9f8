"""What becomes of a run when the clients that asked for it go away."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from api.contract.types import OnDisconnect
from api.runs.live import LiveRuns
from api.runs.log import RunLog, StoreUnavailableError

T = TypeVar("T")


class Leaving:
    """Counts the streams of each run in this process; the last one out decides.

    It is the last, because a lost connection may be noticed only after the client's retry, with
    the same idempotency key, has joined the run.
    """

    def __init__(self, run_log: RunLog, live: LiveRuns) -> None:
        self._log = run_log
        self._live = live
        self._streams: Counter[str] = Counter()
        self._errands: set[asyncio.Task[Any]] = set()

    def joined(self, run_id: str) -> None:
        """A stream of the run has begun."""
        self._streams[run_id] += 1

    def parted(self, run_id: str, wish: OnDisconnect, ended: bool) -> None:
        """A stream of the run is over: at the run's end, or left before it."""
        self._streams[run_id] -= 1
        if not self._streams[run_id]:
            del self._streams[run_id]
        if not ended:
            self._last_wish(run_id, wish)

    def left_unseen(self, run_id: str, wish: OnDisconnect) -> None:
        """The run has begun for a client that had left by then."""
        self._last_wish(run_id, wish)

    def errand(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Work that outlives whoever asked for it."""
        task = asyncio.ensure_future(work)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)
        return task

    def _last_wish(self, run_id: str, wish: OnDisconnect) -> None:
        if self._streams[run_id] or wish is not OnDisconnect.CANCEL:
            return
        if run_id in self._live.ids:
            self._live.stop([run_id])
        else:
            self.errand(self._cancel_elsewhere(run_id))

    async def _cancel_elsewhere(self, run_id: str) -> None:
        with suppress(StoreUnavailableError):
            # Then nobody can be asked to stop, and the run goes on to its end.
            await self._log.request_cancel(run_id)
