"""An answer's head leaves together with what follows it: a system call and a packet less."""

import asyncio
from collections.abc import Callable
from typing import Any

_HEAD = b"HTTP/1.1 "


class HeadHoldingTransport:
    """uvicorn writes an answer's head by itself. Here it waits for the rest, but for no longer than
    the turn of the event loop: a stream that has nothing to say yet has its head sent all the same.

    Everything else is the transport's own, and so are all writes from there to the next head.
    """

    write: Callable[[bytes], None]

    def __init__(self, transport: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.whole = transport
        self._loop = loop
        self._held = b""
        self.expect_head()

    def expect_head(self) -> None:
        """Another answer is to come."""
        self.write = self._held_or_written

    def close(self) -> None:
        self._release()
        self.whole.close()

    def _held_or_written(self, data: bytes) -> None:
        if self._held:
            data, self._held = self._held + data, b""
            self.write = self.whole.write
        elif data.startswith(_HEAD):
            self._held = data
            self._loop.call_soon(self._release)
            return
        self.whole.write(data)

    def _release(self) -> None:
        if self._held:
            data, self._held = self._held, b""
            self.write = self.whole.write
            self.whole.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.whole, name)
