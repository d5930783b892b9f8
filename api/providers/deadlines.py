"""Deadlines of one upstream call: idle between parts, and total."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from api.providers.errors import ModelTimedOutError

T = TypeVar("T")


class Deadlines:
    """Interrupts a wait that outlasts its deadline and turns it into a `ModelTimedOutError`.

    One timer serves the whole stream and moves only when it fires: a token costs two clock
    readings, where `asyncio.timeout` around each read would cost a timer made and cancelled.
    Time that the consumer takes between two waits counts towards the total, not as idle.
    """

    def __init__(self, idle: float, total: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._idle = idle
        self._total = total
        self._end = self._loop.time() + total
        self._until = self._end
        self._fresh = True
        self._timer: asyncio.TimerHandle | None = None
        self.extended = 0.0
        """When something last came while a wait went on, by `time.monotonic`: the idle deadline
        starts anew there."""
        self._interrupt: Callable[[], object] | None = None
        self._passed = False

    def renew(self, idle: float | None = None) -> None:
        """Something came: the idle deadline starts anew at the next wait, with `idle` if given."""
        self._idle = self._idle if idle is None else idle
        self._fresh = True

    async def within(self, wait: Awaitable[T]) -> T:
        """The result of `wait`, or ModelTimedOutError."""
        task = asyncio.current_task()
        assert task is not None, "deadlines need a task that they can interrupt"
        cancelling = task.cancelling()
        self.begin(task.cancel)
        try:
            result = await wait
        except asyncio.CancelledError:
            if self._passed and task.uncancel() <= cancelling:
                raise self.error() from None
            raise
        finally:
            self.end()
        if self._passed:  # cancelled, but the wait had ended in the same moment
            task.uncancel()
            raise self.error()
        return result

    def begin(self, interrupt: Callable[[], object]) -> None:
        """A wait begins; `interrupt` is called if it outlasts its deadline, and ends it."""
        self._interrupt = interrupt
        if self._fresh:
            self._fresh = False
            self._until = min(self._loop.time() + self._idle, self._end)
        if self._timer is None or self._timer.when() > self._until:
            self.close()
            self._timer = self._loop.call_at(self._until, self._fire)

    def end(self) -> None:
        """The wait is over: from now on the consumer is at work."""
        self._interrupt = None

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fire(self) -> None:
        self._timer = None
        if self._interrupt is None:
            return  # the consumer is at work; the next wait sets the timer again
        self._until = min(max(self._until, self.extended + self._idle), self._end)
        if self._loop.time() < self._until:
            self._timer = self._loop.call_at(self._until, self._fire)
        else:
            self._passed = True
            self._interrupt()

    def error(self) -> ModelTimedOutError:
        """Which deadline it was that passed."""
        self._passed = False
        if self._until >= self._end:
            reason = f"The reply took longer than {self._total:g} seconds."
            return ModelTimedOutError(reason, self._total)
        return ModelTimedOutError(f"The model sent nothing for {self._idle:g} seconds.", self._idle)
