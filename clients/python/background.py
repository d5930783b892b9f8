"""One event loop in a thread of its own, so that code without asyncio can use what needs it."""

import asyncio
import concurrent.futures
import os
import threading
from collections.abc import AsyncGenerator, Coroutine, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

from clients.python.events import StreamEvent

Value = TypeVar("Value")

_CLOSE_SECONDS = 5.0
_END = object()


class _Background:
    """The loop's thread; it lives as long as the process."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="parley-client", daemon=True).start()


_lock = threading.Lock()
_background: _Background | None = None


def _loop() -> asyncio.AbstractEventLoop:
    global _background
    with _lock:
        if _background is None or _background.pid != os.getpid():  # a fork has no threads
            _background = _Background()
        return _background.loop


def submit(work: Coroutine[Any, Any, Value]) -> concurrent.futures.Future[Value]:
    """Run the coroutine on the shared loop."""
    return asyncio.run_coroutine_threadsafe(work, _loop())


def run(work: Coroutine[Any, Any, Value]) -> Value:
    """Run the coroutine on the shared loop and wait for what it returns or raises."""
    future = submit(work)
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise


class EventStream(Iterator[StreamEvent]):
    """A run's events for a `for` loop.

    Use it as a context manager, or close it: the server's stream then stops at once. `close` may be
    called from another thread while one waits for the next event; that one's loop ends. A stream
    that nobody holds any more is closed as well, by the event loop that its generator belongs to.
    Events are asked for one by one, so a slow reader holds back what is read.
    """

    def __init__(self, events: AsyncGenerator[StreamEvent, None]) -> None:
        self._events = events
        self._turn = asyncio.Lock()
        self._pending: concurrent.futures.Future[Any] | None = None
        self._stepping: asyncio.Task[Any] | None = None
        self._closed = False

    def __next__(self) -> StreamEvent:
        if self._closed:
            raise StopIteration
        self._pending = submit(self._step())
        try:
            event = self._pending.result()
        except concurrent.futures.CancelledError:
            event = _END
        except BaseException:
            self._pending.cancel()
            self._closed = True
            raise
        if event is _END:
            self._closed = True
            raise StopIteration
        found: StreamEvent = event
        return found

    def close(self) -> None:
        """Let go of the stream, on the server too; returns when that is done. Harmless twice."""
        self._closed = True
        if self._pending is not None:
            self._pending.cancel()
        submit(self._finish()).result(_CLOSE_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def _step(self) -> Any:
        async with self._turn:
            self._stepping = asyncio.current_task()
            try:
                return await anext(self._events, _END)
            finally:
                self._stepping = None

    async def _finish(self) -> None:
        # An interruption (Ctrl-C) may have come before anybody knew the step by its future.
        if self._stepping:
            self._stepping.cancel()
        async with self._turn:
            await self._events.aclose()
