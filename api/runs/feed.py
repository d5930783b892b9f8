"""The tail of a run as one process sees it: committed events that wake whoever follows."""

import asyncio
from collections import deque
from collections.abc import Sequence

from api.contract.events import TERMINAL_EVENTS, AnyRunEvent

TAIL = 64
"""Events kept for followers that keep up; one that falls behind reads from the store."""


class Feed:
    """One run's newest events after `last`. Memory is bounded, whoever follows or stalls.

    `ended` is set once nothing will follow; `lost` once another process makes the run.
    """

    def __init__(self, last: int = -1) -> None:
        self.last = last
        self.ended = False
        self.lost = False
        self._events: deque[AnyRunEvent] = deque(maxlen=TAIL)
        self._waiters: list[asyncio.Future[None]] = []

    def publish(self, events: Sequence[AnyRunEvent]) -> None:
        """Add committed events (those not added before) and wake the followers."""
        for event in events:
            if event.seq > self.last:
                self._events.append(event)
                self.last = event.seq
                self.ended = isinstance(event, TERMINAL_EVENTS)
        self._wake()

    def end(self) -> None:
        """Tell the followers that nothing more will come."""
        self.ended = True
        self._wake()

    def lose(self) -> None:
        """Tell the followers to look for the rest elsewhere."""
        self.lost = True
        self._wake()

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def since(self, after: int) -> list[AnyRunEvent] | None:
        """Events with `seq` > `after`; None where the tail no longer reaches back so far."""
        behind = self.last - after
        if behind <= 0:
            return []
        if behind > len(self._events):
            return None
        if behind == 1:
            return [self._events[-1]]
        return [event for event in self._events if event.seq > after]

    async def changed(self, after: int) -> None:
        """Return when there is an event with `seq` > `after`, or none will come from here."""
        while self.last <= after and not (self.ended or self.lost):
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter
