"""HTTP connections that say what they want in time, in few words, and one thing after another.

uvicorn waits for a head for ever, keeps all of it however long it is (llhttp has no limit), and
does not notice that a client leaves which has sent a second request before the first one's answer.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from api.transport import direct
from api.transport.held_head import HeadHoldingTransport

HEAD_BYTES = 65_536
"""How long a request's head and its trailer may be, give or take what arrives at once."""

_TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"connection: close\r\ncontent-length: 0\r\n\r\n"
)


def hurried(protocol: type[asyncio.Protocol], seconds: float) -> type[asyncio.Protocol]:
    """uvicorn's protocol class, but a connection is closed whose next request has not begun so.

    That is: from the connection, and from the first byte of a later request, to the end of its
    head. Between two requests uvicorn has a deadline of its own. The bounds on what is said hold
    for `HttpToolsProtocol`; h11 has its own.
    """

    class HurriedProtocol(_bounded(protocol)):  # type: ignore[misc]
        _deadline: asyncio.TimerHandle | None = None
        _left = False
        """True once another protocol has the connection."""

        def connection_made(self, transport: Any) -> None:
            super().connection_made(HeadHoldingTransport(transport, self.loop))
            self._expect_head()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self._left:
                return
            if self.cycle is None or self.cycle.response_complete:
                if self._deadline is None and self.timeout_keep_alive_task is None:
                    self._expect_head()
            elif self._deadline is not None:
                self._forget()

        def handle_websocket_upgrade(self) -> None:
            super().handle_websocket_upgrade()
            self._forget()
            # It refers to us, and the collector comes rarely.
            self._left, self.parser = True, None

        def connection_lost(self, error: Exception | None) -> None:
            self._forget()
            super().connection_lost(error)

        def _expect_head(self) -> None:
            self._deadline = self.loop.call_later(seconds, self._close)

        def _forget(self) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

        def _close(self) -> None:
            self.transport.close()

    return HurriedProtocol


def _bounded(protocol: type[asyncio.Protocol]) -> type[asyncio.Protocol]:
    """The protocol class, but heads are bounded, and what is said before an answer is dropped.

    The connection then closes with the answer, so that clients ask again (RFC 9112, 9.3.2).
    """

    class BoundedProtocol(protocol):  # type: ignore[misc, valid-type]
        _deaf = False
        """True once a request has begun while another one is being answered."""
        _in_head = False
        """True within a head, or within what follows a chunk's size: it may be the trailer."""
        _heard = 0
        """Bytes of it, as far as it came in pieces."""
        transport: Any

        def data_received(self, data: bytes) -> None:
            self._arriving = len(data)
            if not self._deaf:
                super().data_received(data)
            if self._deaf or self._in_head:
                self._heard += len(data)
                if self._heard > HEAD_BYTES:
                    self._refuse()

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self.transport.expect_head()
            self._in_head, self._heard = True, 0
            if self.cycle is not None and not self.cycle.response_complete:
                self._deaf = True
                self.cycle.keep_alive = False

        def on_headers_complete(self) -> None:
            self._in_head = False
            if self._deaf:
                return
            super().on_headers_complete()
            if self.cycle is not None and self.cycle.scope is self.scope:
                direct.offer(self.scope, self.cycle, _written)

        def on_chunk_header(self) -> None:
            self._in_head, self._heard = True, -self._arriving

        def on_body(self, body: bytes) -> None:
            self._in_head = False
            if not self._deaf:
                super().on_body(body)

        def on_message_complete(self) -> None:
            self._in_head = False
            if not self._deaf:
                super().on_message_complete()

        def handle_websocket_upgrade(self) -> None:
            if not self._deaf:
                # Its frames have no heads.
                self.transport = self.transport.whole
                super().handle_websocket_upgrade()

        def _refuse(self) -> None:
            if self.cycle is None or self.cycle.response_complete:
                self.transport.write(_TOO_LONG)
            self.transport.close()

    return BoundedProtocol


def _written(cycle: RequestResponseCycle, data: bytes) -> bool:
    """A chunk of the body, as `RequestResponseCycle.send` writes it; False where that would wait,
    or say no."""
    going = cycle.chunked_encoding and not cycle.response_complete and not cycle.disconnected
    if not going or cycle.flow.write_paused or not data:
        return False
    cycle.transport.write(b"%x\r\n%b\r\n" % (len(data), data))
    return True
