"""The load: streams and short requests over bare sockets, counted with little work of its own.

Tokens carry the time at which the upstream sent them (`bench/upstream.py`), so any framing around
them will do: what is counted is what arrives.
"""

import asyncio
import base64
import json
import os
import re
import socket
import time
from dataclasses import dataclass, field
from typing import Any, Self, cast

STAMP = re.compile(rb"~([0-9a-f]{8})")
STAMP_BYTES = 9
END = re.compile(
    rb'event: complete|\[DONE\]|"type": ?"complete"|\r\n--\r\n|"task_end"|process_completed'
)
END_BYTES = 32
ACCEPTED = b"\r\n\r\n"
Step = tuple[bytes, bytes]
"""What is sent, and what the server has to say before the next; nothing: the stream begins."""


@dataclass(frozen=True)
class Door:
    """How a server is asked: one address, one form of stream or answer."""

    path: str
    body: dict[str, Any]
    accept: str = "text/event-stream"
    websocket: bool = False
    headers: dict[str, str] = field(default_factory=dict)

    def steps(self, port: int) -> list[Step]:
        """What a new connection sends, one after the other."""
        if not self.websocket:
            return [(self.request(port), b"")]
        return [
            (upgrade(self.path, port, "graphql-transport-ws"), ACCEPTED),
            (frame(json.dumps({"type": "connection_init"})), b"connection_ack"),
            (frame(json.dumps({"id": "1", "type": "subscribe", "payload": self.body})), b""),
        ]

    def request(self, port: int) -> bytes:
        """The whole HTTP request."""
        host = f"host: 127.0.0.1:{port}"
        body = json.dumps(self.body).encode()
        lines = [
            *(f"POST {self.path} HTTP/1.1", host, "content-type: application/json"),
            *(f"accept: {self.accept}", f"content-length: {len(body)}"),
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body


def upgrade(path: str, port: int, protocol: str = "") -> bytes:
    """A WebSocket's handshake."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        *(f"GET {path} HTTP/1.1", f"host: 127.0.0.1:{port}", "upgrade: websocket"),
        *("connection: upgrade", f"sec-websocket-key: {key}", "sec-websocket-version: 13"),
        *([f"sec-websocket-protocol: {protocol}"] if protocol else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def frame(message: str) -> bytes:
    """A client's WebSocket text frame; the mask is zero, which every server must accept."""
    text = message.encode()
    length = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2)
    return b"\x81" + length + bytes(4) + text


def now() -> int:
    """Microseconds, on the clock of the stamps."""
    return time.monotonic_ns() // 1000


class Stream(asyncio.Protocol):
    """One stream: counts tokens; notes the lag of each where `lags` is given."""

    def __init__(self, door: Door, port: int, tokens: int, lags: list[int] | None = None) -> None:
        self._expected = tokens
        self._lags = lags
        self._rest = b""
        self._steps = door.steps(port)
        self._awaited = b""
        self.tokens = 0
        self.received = 0
        self.asked_at = 0
        self.first_at = 0
        self.begun = asyncio.get_running_loop().create_future()
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        sock: socket.socket = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._step()

    def _step(self) -> None:
        send, self._awaited = self._steps.pop(0)
        self.asked_at = now()
        self.transport.write(send)

    def data_received(self, data: bytes) -> None:
        if self._awaited:
            self._rest += data
            if self._awaited in self._rest:
                self._rest = b""
                self._step()
            return
        at = now()
        self.received += len(data)
        data = self._rest + data
        if self.tokens < self._expected:
            data = self._count(data, at)
        if self.tokens >= self._expected and END.search(data) and not self.ended.done():
            self.ended.set_result(None)
        keep = STAMP_BYTES - 1 if self.tokens < self._expected else END_BYTES
        self._rest = data[-keep:]

    def _count(self, data: bytes, at: int) -> bytes:
        """What follows the last token in these bytes."""
        end = 0
        for found in STAMP.finditer(data):
            self.tokens += 1
            end = found.end()
            if self._lags is not None:
                self._lags.append(at - int(found[1], 16) & 0xFFFFFFFF)
            if self.tokens == self._expected:
                break
        if end and not self.begun.done():
            self.first_at = at
            self.begun.set_result(None)
        return data[end:]

    def connection_lost(self, exc: Exception | None) -> None:
        for waiting in (self.begun, self.ended):
            if not waiting.done():
                waiting.set_exception(ConnectionError(f"cut after {self.tokens} tokens"))
                waiting.exception()  # read here: the other of the two may never be awaited

    @classmethod
    async def open(cls, door: Door, port: int, tokens: int, lags: list[int] | None = None) -> Self:
        loop = asyncio.get_running_loop()
        _, stream = await loop.create_connection(
            lambda: cls(door, port, tokens, lags), "127.0.0.1", port
        )
        return stream

    def leave(self) -> None:
        self.transport.abort()


class Requests(asyncio.Protocol):
    """Short requests one after another on one kept connection; answers have a length."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._received = b""
        self._answered: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        sock: socket.socket = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if separator and self._answered and len(body) >= _length(head):
            answered, self._answered, self._received = self._answered, None, b""
            if head.startswith(b"HTTP/1.1 200"):
                answered.set_result(body)
            else:
                answered.set_exception(ConnectionError(head.decode() + body.decode()[:500]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered and not self._answered.done():
            self._answered.set_exception(ConnectionError("cut before the answer"))

    async def ask(self) -> int:
        """Microseconds from the request to the whole answer."""
        self._answered = asyncio.get_running_loop().create_future()
        begun = now()
        self.transport.write(self._request)
        body = await self._answered
        if not STAMP.search(body):
            raise ConnectionError(f"no reply in {body.decode()[:500]}")
        return now() - begun

    @classmethod
    async def open(cls, door: Door, port: int) -> Self:
        loop = asyncio.get_running_loop()
        _, requests = await loop.create_connection(
            lambda: cls(door.request(port)), "127.0.0.1", port
        )
        return requests


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    raise ConnectionError(f"an answer without a length: {head.decode()}")
