"""The tail of a live run in this process: committed events that wake whoever follows."""

import asyncio
from collections import deque
from collections.abc import Sequence

from api.contract.events import TERMINAL_EVENTS, AnyRunEvent

TAIL = 64
"""Events kept for followers that keep up; one that falls behind reads from the store."""


class Feed:
    """One run's newest events. Memory is bounded by `tail` events, whoever follows or stalls."""

    def __init__(self, tail: int | None = TAIL) -> None:
        self._events: deque[AnyRunEvent] = deque(maxlen=tail)
        self._last = -1
        self.ended = False
        self._waiters: list[asyncio.Future[None]] = []

    def publish(self, events: Sequence[AnyRunEvent]) -> None:
        """Add committed events (those not added before) and wake the followers."""
        for event in events:
            if event.seq > self._last:
                self._events.append(event)
                self._last = event.seq
                self.ended = isinstance(event, TERMINAL_EVENTS)
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def since(self, after: int) -> list[AnyRunEvent] | None:
        """Events with `seq` > `after`; None where the tail no longer reaches back so far."""
        behind = self._last - after
        if behind <= 0:
            return []
        if behind > len(self._events):
            return None
        if behind == 1:
            return [self._events[-1]]
        return [event for event in self._events if event.seq > after]

    async def changed(self, after: int) -> None:
        """Return when there is an event with `seq` > `after`."""
        while self._last <= after and not self.ended:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter
