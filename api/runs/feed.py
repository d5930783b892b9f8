"""The tail of a run as one process sees it: committed events that wake whoever follows."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from api.contract.events import TERMINAL_EVENTS, AnyRunEvent

TAIL = 16
"""Events kept for followers that keep up; one that falls behind reads from the store."""


Take = Callable[[AnyRunEvent], bool]
"""Takes an event; False where it can't take another one now."""


class _Flow:
    """A follower that takes each event in the moment in which it is there."""

    def __init__(self, take: Take) -> None:
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.last: AnyRunEvent | None = None
        self.take = take

    def fail(self, error: Exception) -> None:
        """The follower's own affair, and no reason to stop the run or its other followers."""
        self.over.set_exception(error)
        self.over.exception()  # asyncio would complain where `flow` is cancelled right now

    def end(self) -> None:
        if not self.over.done():
            self.over.set_result(None)


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
        self._flows: list[_Flow] = []

    def publish(self, events: Sequence[AnyRunEvent]) -> None:
        """Add committed events (those not added before) and wake the followers."""
        for event in events:
            if event.seq > self.last:
                self._events.append(event)
                self.last = event.seq
                self.ended = isinstance(event, TERMINAL_EVENTS)
                for flow in self._flows:
                    if flow.over.done():
                        continue
                    try:
                        goes_on = flow.take(event)
                    except Exception as error:
                        flow.fail(error)
                        continue
                    flow.last = event
                    if not goes_on:
                        flow.end()
        if self._waiters or self.ended:
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
        if self.ended or self.lost:
            for flow in self._flows:
                flow.end()

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

    async def flow(self, after: int, take: Take) -> AnyRunEvent | None:
        """Let `take` have the events with `seq` > `after` as they come; return the last it had.

        Returns once `take` has returned False, or nothing more comes from here, and at once where
        there are such events already. Nobody is woken for an event: it is the cheapest way to
        follow a run, for somebody who never lags behind.
        """
        if self.last != after or self.ended or self.lost:
            return None
        flow = _Flow(take)
        self._flows.append(flow)
        try:
            await flow.over
        finally:
            self._flows.remove(flow)
        return flow.last
