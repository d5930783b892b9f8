"""An answer's head leaves together with what follows it: a system call and a packet less."""

import asyncio
from typing import Any

_HEAD = b"HTTP/1.1 "


class HeadHoldingTransport:
    """uvicorn writes an answer's head by itself. Here it waits for the rest, but for no longer than
    the turn of the event loop: a stream that has nothing to say yet has its head sent all the same.

    Everything else is the transport's own.
    """

    def __init__(self, transport: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.whole = transport
        self._loop = loop
        self._held = b""

    def write(self, data: bytes) -> None:
        if self._held:
            data, self._held = self._held + data, b""
        elif data.startswith(_HEAD):
            self._held = data
            self._loop.call_soon(self._release)
            return
        self.whole.write(data)

    def close(self) -> None:
        self._release()
        self.whole.close()

    def _release(self) -> None:
        if self._held:
            data, self._held = self._held, b""
            self.whole.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.whole, name)
