"""Makes one unbroken stream of a run, whatever happens to the connections beneath it."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

from clients.python._generated import RunEvent, RunFailed
from clients.python.connection import ConnectionLostError
from clients.python.errors import ApiRefusedError, ApiUnreachableError, StreamLostError
from clients.python.events import Reconnecting, StreamEvent, is_ending

Source = AsyncGenerator[RunEvent, None]


class Wire(Protocol):
    """What the stream of one run is made of."""

    def start(self) -> Source:
        """Start the run, or join it where an earlier attempt had started it."""

    def follow(self, run_id: str, after: int) -> Source:
        """The run's events with `seq` > `after`."""

    async def is_over(self, run_id: str, after: int) -> bool:
        """True where the run has ended and has no event after `after`."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a lost connection is tried again: full jitter, growing, up to a deadline.

    The n-th delay is random between 0 and `first_delay` · 2ⁿ, at most `longest_delay`: see
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """

    first_delay: float = 0.25
    longest_delay: float = 5.0
    deadline: float = 60.0
    """Seconds since the last sign of life."""
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[float, float], float] = random.uniform

    def delay(self, attempt: int) -> float:
        """Seconds before the given attempt, counted from 1."""
        return self.jitter(0, min(self.longest_delay, self.first_delay * 2 ** min(attempt, 30)))


@dataclass(slots=True)
class Cursor:
    """Where the reader of a run stands."""

    patience: Patience
    run_id: str | None = None
    seq: int = -1
    attempt: int = 0
    connected: bool = False
    """True once an attempt got through to the server."""
    alive_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.alive_at = self.patience.clock()

    def advance(self, event: RunEvent) -> None:
        self.connected, self.attempt, self.alive_at = True, 0, self.patience.clock()
        self.run_id = self.run_id or event.run_id
        self.seq = max(self.seq, -1 if event.seq is None else event.seq)

    def is_repeated(self, event: RunEvent) -> bool:
        """Ends are never taken for repeated: the refusal of a follow has the number 0."""
        return event.seq is not None and event.seq <= self.seq and not is_ending(event)

    def breaks_off(self, event: RunEvent) -> bool:
        """True where events are missing before this one, or following was refused for a while."""
        if event.seq is None:
            return False
        if isinstance(event, RunFailed) and event.seq <= self.seq:
            return bool(event.problem.retryable)
        return event.seq > self.seq + 1

    def next_attempt(self, cause: Exception | None) -> Reconnecting:
        """What to tell before the next attempt; raises where there shall be none."""
        self.attempt += 1
        delay = self.patience.delay(self.attempt)
        if self.patience.clock() + delay - self.alive_at > self.patience.deadline:
            raise StreamLostError(self.run_id, self.seq) from cause
        return Reconnecting(self.run_id, self.seq, self.attempt, delay)


async def resumed(
    wire: Wire, patience: Patience, run_id: str | None = None, after: int = -1
) -> AsyncGenerator[StreamEvent, None]:
    """The run's events after `after`, each once and in order, up to its terminal event.

    A stream that ends without one was cut, and is resumed; `Reconnecting` tells of each attempt.
    Raises `StreamLostError` past the deadline, `ApiUnreachableError` where not even the first
    attempt got through, and whatever else trying again would not change.
    """
    cursor = Cursor(patience, run_id, after)
    while True:
        cause: Exception | None = None
        try:
            async with aclosing(_attempt(wire, cursor)) as events:
                async for event in events:
                    yield event
                    if is_ending(event):
                        return
            if cursor.run_id is not None and await wire.is_over(cursor.run_id, cursor.seq):
                return
        except ConnectionLostError as error:
            cursor.connected, cause = True, error
        except (ApiUnreachableError, ApiRefusedError) as error:
            if not (cursor.connected and error.retryable):
                raise
            cause = error
        reconnecting = cursor.next_attempt(cause)
        yield reconnecting
        await patience.sleep(reconnecting.delay_seconds)


async def _attempt(wire: Wire, cursor: Cursor) -> Source:
    """What one connection brings that is new; ends early where events are missing."""
    known = cursor.run_id
    source = wire.start() if known is None else wire.follow(known, cursor.seq)
    async with aclosing(source) as events:
        async for event in events:
            if cursor.is_repeated(event):
                continue
            if cursor.breaks_off(event):
                return
            cursor.advance(event)
            yield event
