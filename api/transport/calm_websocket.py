"""uvicorn's WebSockets, but a client that breaks one neither holds it nor fills the log."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

INVALID_TEXT = 1007
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


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
