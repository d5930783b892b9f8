"""One WebSocket session as raw frames, and how it ends (RFC 6455)."""

import base64
import contextlib
import http.client
import json
import os
import socket
import struct
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.fuzz.requests import SECONDS

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
ABNORMAL = 1006
"""The code for a connection that ended without a close frame (section 7.1.5)."""
LAST_ID = "the last one"
LAST = json.dumps({"type": "subscribe", "id": LAST_ID, "payload": {"query": "{ __typename }"}})


class Frame(NamedTuple):
    """One frame as a client sends it; the bits that a well-behaved one doesn't touch are here."""

    payload: bytes
    opcode: int = TEXT
    fin: bool = True
    reserved: int = 0
    masked: bool = True
    claimed: int | None = None
    """The length that the frame claims to have, where that isn't the truth."""

    @property
    def data(self) -> bytes:
        first = (0x80 if self.fin else 0) | (self.reserved & 7) << 4 | self.opcode & 15
        length = len(self.payload) if self.claimed is None else self.claimed
        mask = 0x80 if self.masked else 0
        if length < 126:
            head = bytes([first, mask | length])
        elif length < 65_536:
            head = struct.pack("!BBH", first, mask | 126, length)
        else:
            head = struct.pack("!BBQ", first, mask | 127, length)
        # A mask of zeros leaves the payload readable in a report; masking is no part of the rules.
        return head + (b"\0\0\0\0" if self.masked else b"") + self.payload


class Session(NamedTuple):
    """Frames after a handshake; `leaves` ends it without a word, after the frames or at once."""

    frames: tuple[Frame, ...]
    protocol: str = "graphql-transport-ws"
    leaves: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    eager: bool = False
    """Frames go out with the handshake, before it is answered (which section 4.1 forbids)."""
    awaits: tuple[str, ...] = (LAST_ID,)
    """Ids of the operations whose end a session waits for that stays."""


class End(NamedTuple):
    """How a session ended. `code` is None where the client left or no session came about."""

    status: int
    code: int | None
    received: bytes
    """Payloads of all frames from the server, a line each."""
    fault: str = ""


def held(session: Session, url: str) -> End:
    """Hold a session to its end: the server's close, ours, or the client leaving."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), SECONDS) as connection:
        try:
            connection.sendall(
                _hello(session, address.netloc) + (_sent(session) if session.eager else b"")
            )
            status = _status(connection)
            if status != 101:
                return End(status, None, b"")
            return _talk(connection, session)
        except TimeoutError:
            return End(101, None, b"", f"no end within {SECONDS:g} s")


def _hello(session: Session, host: str) -> bytes:
    fields = [
        ("host", host),
        ("upgrade", "websocket"),
        ("connection", "Upgrade"),
        ("sec-websocket-key", base64.b64encode(os.urandom(16)).decode()),
        ("sec-websocket-version", "13"),
        *([("sec-websocket-protocol", session.protocol)] if session.protocol else []),
        *session.headers,
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return f"GET /graphql HTTP/1.1\r\n{head}\r\n".encode("latin-1")


def _sent(session: Session) -> bytes:
    """All frames; a session that stays ends with an operation that must come to its end."""
    sent = b"".join(frame.data for frame in session.frames)
    return sent if session.leaves else sent + Frame(LAST.encode()).data


def _status(connection: socket.socket) -> int:
    """The status of the handshake's answer; 0 where there is none."""
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        # Byte by byte: what follows the head belongs to the frames.
        got = connection.recv(1)
        if not got:
            break
        answer += got
    return int(answer.split(b" ", 2)[1]) if answer else 0


def _talk(connection: socket.socket, session: Session) -> End:
    with contextlib.suppress(ConnectionError):
        connection.sendall(b"" if session.eager else _sent(session))
    if session.leaves:
        return End(101, None, b"")
    received, open_, closing = bytearray(), set(session.awaits), False
    incoming = connection.makefile("rb")
    try:
        while True:
            opcode, payload = _next(incoming)
            if opcode == CLOSE:
                code = struct.unpack("!H", payload[:2])[0] if payload else 1005
                return End(101, code, bytes(received + payload[2:]))
            received += payload + b"\n"
            open_.discard(_ended(payload))
            if not open_ and not closing:
                closing = True
                connection.sendall(Frame(struct.pack("!H", 1000), CLOSE).data)
    except (EOFError, ConnectionError):
        return End(101, ABNORMAL, bytes(received))


def _ended(payload: bytes) -> str:
    """The id of the operation that a message ends, if it does."""
    if b'"complete"' not in payload and b'"error"' not in payload:
        return ""
    message = json.loads(payload)
    return str(message["id"]) if message.get("type") in ("complete", "error") else ""


def _next(incoming: "http.client._BufferedReader") -> tuple[int, bytes]:  # type: ignore[name-defined]
    """The next frame's opcode and payload; EOFError where the server has closed."""
    head = _exactly(incoming, 2)
    length = head[1] & 0x7F
    if length == 126:
        length = struct.unpack("!H", _exactly(incoming, 2))[0]
    elif length == 127:
        length = struct.unpack("!Q", _exactly(incoming, 8))[0]
    return head[0] & 15, _exactly(incoming, length)


def _exactly(incoming: "http.client._BufferedReader", count: int) -> bytes:  # type: ignore[name-defined]
    data: bytes = incoming.read(count)
    if len(data) < count:
        raise EOFError
    return data
