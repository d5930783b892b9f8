"""aiohttp's reading of answers, without what it repeats and keeps for every piece."""

from functools import partial
from typing import TypeVar

import aiohttp
from aiohttp.client_proto import ResponseHandler

Connector = TypeVar("Connector", bound=aiohttp.BaseConnector)


class CalmResponseHandler(ResponseHandler):
    """A connection that goes on reading only where it had stopped.

    aiohttp's asks for that after each piece that was taken, and feeds its parser with nothing
    meanwhile.
    """

    poured: list[bytes]
    """Where the pieces go of a body that is a `PouredContent`."""
    between_chunks = False
    """True where nothing of the next chunk of such a body has come."""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.between_chunks and not data.endswith(b"\r\n"):
            self.between_chunks = False  # a part of the next chunk's size has come

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        """Whoever reads the body hears of what breaks the connection; aiohttp leaves them waiting
        where it is a chunk that is none."""
        super().set_exception(exc, *cause)
        body = self._payload
        if body is not None and body.exception() is None and not body.is_eof():
            body.set_exception(aiohttp.ClientPayloadError(str(exc)), *cause)

    def resume_reading(self, resume_parser: bool = True) -> None:
        if self._reading_paused:
            super().resume_reading(resume_parser)


class PouredContent(aiohttp.StreamReader):
    """An answer's body whose pieces go to its connection's `poured` as they are parsed.

    A reader becomes one (`pour`) where somebody is there to take each arrival: what it keeps of a
    piece for those who read later is a third of what reading costs. With the body's end, or with
    what breaks it, it is an ordinary reader again.
    """

    __slots__ = ()
    _protocol: CalmResponseHandler

    def feed_data(self, data: bytes, size: int = 0) -> bool:
        self._protocol.poured.append(data)
        return False

    def begin_http_chunk_receiving(self) -> None:
        self._protocol.between_chunks = False

    def end_http_chunk_receiving(self) -> None:
        self._protocol.between_chunks = True

    def feed_eof(self) -> None:
        keep(self)
        self.feed_eof()

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        keep(self)
        self.set_exception(exc, *cause)


def pour(content: aiohttp.StreamReader, into: CalmResponseHandler) -> list[bytes] | None:
    """Let what arrives of a body go into the list that is returned; None where it cannot."""
    if type(content) is not aiohttp.StreamReader or content.is_eof() or content.exception():
        return None
    content.__class__ = PouredContent
    into.poured, into.between_chunks = [], False
    return into.poured


def keep(content: aiohttp.StreamReader) -> None:
    """From now on a body's pieces are kept again for those who read."""
    if type(content) is PouredContent:
        content._protocol.between_chunks = False
        content.__class__ = aiohttp.StreamReader  # type: ignore[assignment]


def calm(connector: Connector) -> Connector:
    """The connector, whose connections are then read so; aiohttp has no public way to say it."""
    connector._factory = partial(CalmResponseHandler, loop=connector._loop)  # type: ignore[assignment]
    return connector
