"""Reads an answer's body in the very moment in which it arrives."""

import asyncio
from collections.abc import Callable

import aiohttp

from api.providers.calm_reading import CalmResponseHandler, PouredContent, keep, pour

READ_BYTES = 65_536
"""Most bytes that are read at a time."""


class Tap(asyncio.BufferedProtocol):
    """Stands between an answer's connection and aiohttp, and calls `take` with what aiohttp makes
    of each arrival.

    A coroutine that waits for data is woken a turn of the event loop later, through every
    generator around it, and asyncio makes a buffer of 256 kB for every read. `buffer` may serve all
    taps of an event loop; it is a view, because TLS fills its slices one after another.
    """

    def __init__(
        self,
        response: aiohttp.ClientResponse,
        take: Callable[[bytes], bool],
        buffer: memoryview,
    ) -> None:
        self._buffer = buffer
        self._content = response.content
        self._connection = response.connection
        self._encoded = "Content-Encoding" in response.headers
        self._take = take
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def flow(self) -> None:
        """Return once `take` has returned True, or at the body's end; raise what broke either.

        What has not been taken then is the content's, to be read in the usual way.
        """
        transport = self._connection and self._connection.transport
        if not self._connection or not isinstance(transport, asyncio.Transport):
            return  # all of the body is here
        inner = self._connection.protocol
        assert isinstance(inner, CalmResponseHandler), "a connection of `calm` has no other"
        if (data := self._content.read_nowait()) and self._take(data):
            return
        pieces = pour(self._content, inner)
        if pieces is None:
            return
        self._inner, self._pieces = inner, pieces
        self._plain = not self._encoded and not inner.read_timeout
        transport.set_protocol(self)
        try:
            await self._over
        finally:
            keep(self._content)
            if not transport.is_closing():
                transport.set_protocol(inner)

    def fail(self, error: Exception) -> None:
        """Let `flow` raise the error."""
        if not self._over.done():
            self._end(error)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        data = bytes(self._buffer[:nbytes])
        if self._inner.between_chunks and self._plain and not self._over.done():
            head = data.find(b"\r\n") + 2
            size = nbytes - head - 2
            # One whole chunk in the usual form (RFC 9112, 7.1): the parser is where it was before,
            # as if nothing had come.
            if size > 0 and data.startswith(b"%x\r\n" % size) and data.endswith(b"\r\n"):
                try:
                    if self._take(data[head:-2]):
                        self._end()
                except Exception as error:
                    self._end(error)
                return
        self._inner.data_received(data)
        self._arrived()

    def eof_received(self) -> None:
        self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._inner.connection_lost(exc)
        self._arrived()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def _arrived(self) -> None:
        if self._over.done():
            return
        pieces = self._pieces
        try:
            if pieces:
                data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
                pieces.clear()
                if self._take(data):
                    self._end()
                    return
            if type(self._content) is not PouredContent:
                self._end(self._content.exception())
        except Exception as error:
            self._end(error)

    def _end(self, error: BaseException | None = None) -> None:
        # What the parser finds from now on is for those who read in the usual way.
        keep(self._content)
        if error is None:
            self._over.set_result(None)
        else:
            self._over.set_exception(error)
