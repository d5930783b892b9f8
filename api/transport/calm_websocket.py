"""uvicorn's WebSockets, but a client that breaks one neither holds it nor fills the log, and a text
leaves in one step."""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.datastructures import Headers
from websockets.frames import Frame
from websockets.http11 import Request
from websockets.protocol import State

from api.transport import direct

INVALID_TEXT = 1007
TEXT = 0x81
"""First byte of a frame that is a whole text."""
NO_HEADERS = Headers()
REFUSED_HANDSHAKE = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class CalmWebSocketProtocol(WebSocketsSansIOProtocol):
    """What a client breaks ends the connection with a close code, and without a trace in the log.

    uvicorn logs text that is not UTF-8 as an error of its own, and takes for a bug of the
    application what that sends before it hears of the close. A handshake that cannot be parsed
    (a header line of more than 8 KiB, say) it would leave open for ever.
    """

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc and not self.handshake_initiated:
            self.transport.write(b"".join(self.conn.data_to_send()) or REFUSED_HANDSHAKE)
            self.transport.close()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.handshake_complete:
            direct.offer(self.scope, self, CalmWebSocketProtocol.write_text)
        # The parser keeps the request for ever; the application has the headers in its scope.
        event.headers = NO_HEADERS

    def handle_text(self, event: Frame) -> None:
        super().handle_text(event)
        event.data = b""  # the parser keeps the frame until the next: with a stream, its history

    def handle_cont(self, event: Frame) -> None:
        super().handle_cont(event)
        event.data = b""

    async def send(self, message: Any) -> None:
        """uvicorn's, but texts don't pass the package's frames: a token takes ten calls less."""
        text = message.get("text")
        if text is not None and self.write_text(text.encode()):
            return
        await super().send(message)
        if self.handshake_complete:
            # As texts and objects, a handshake takes more than what goes on after it.
            self.request = self.response = None  # type: ignore[assignment]

    def write_text(self, data: bytes) -> bool:
        """Write a text in UTF-8 as a frame of its own; False where only `send` can, or says no."""
        plain = self.handshake_complete and not self.close_sent and not self.conn.extensions
        if not plain or self.disconnected or not self.writable.is_set():
            return False
        if self.conn.state is not State.OPEN:
            return False
        self.transport.write(text_frame(data))
        return True

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not _is_utf8(b"".join(self.frames)):
            self.frames = []
            self.conn.fail(INVALID_TEXT, "the text is not UTF-8")
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        # From now on sending raises `ClientDisconnected`.
        self.disconnected = True


def text_frame(data: bytes) -> bytes:
    """A server's frame of one text, given in UTF-8 (RFC 6455, section 5.2)."""
    length = len(data)
    if length < 126:
        return b"%c%c%b" % (TEXT, length, data)
    if length < 65_536:
        return b"%c~%b%b" % (TEXT, length.to_bytes(2), data)
    return b"%c\x7f%b%b" % (TEXT, length.to_bytes(8), data)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
