"""The floor: a relay on bare sockets that parses each chunk of the upstream and frames it as a
GraphQL result, over Server-Sent Events and over WebSocket, and keeps nothing.

`POST /graphql` (SSE, or JSON in one piece where that is asked for) and WebSocket at the same
address. Run as `python -m bench.peers.relay PORT UPSTREAM_PORT`.
"""

import asyncio
import base64
import hashlib
import re
import socket
import sys
from collections.abc import Callable
from typing import cast

import msgspec

MODEL = re.compile(rb"bench-[0-9]+-[0-9]+-[0-9]+-[a-z]+")
LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)
KEY = re.compile(rb"sec-websocket-key:\s*(\S+)", re.IGNORECASE)
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_encode = msgspec.json.Encoder().encode


class _Delta(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Delta
    finish_reason: str | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice]


_decode = msgspec.json.Decoder(_Chunk).decode


class Upstream(asyncio.Protocol):
    """Asks the upstream and hands out the texts as they come, and None at the end."""

    def __init__(self, model: bytes, tell: Callable[[str | None], None]) -> None:
        self._tell = tell
        self._rest = b""
        body = b'{"model":"%b","stream":true,"messages":[{"role":"user","content":"hi"}]}' % model
        self._request = (
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: upstream\r\n"
            b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        *events, self._rest = (self._rest + data).split(b"\n\n")
        for event in events:
            payload = event[event.index(b"data: ") + 6 :]
            if payload == b"[DONE]":
                self._tell(None)
                self.transport.close()
                return
            for choice in _decode(payload).choices:
                if choice.delta.content:
                    self._tell(choice.delta.content)


class Client(asyncio.Protocol):
    """One client, whichever protocol it speaks."""

    def __init__(self, upstream_port: int) -> None:
        self._port = upstream_port
        self._received = b""
        self._websocket = False
        self._seq = 0
        self._upstream: Upstream | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        sock: socket.socket = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._upstream:
            self._upstream.transport.abort()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._websocket:
            self._messages()
            return
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if key := KEY.search(head):
            self._accept(key[1])
        elif separator and len(body) >= int(LENGTH.search(head)[1]):  # type: ignore[index]
            self._received = b""
            self._transport.write(_HEAD)
            self._start(body, self._sse)

    def _accept(self, key: bytes) -> None:
        self._received, self._websocket = b"", True
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        self._transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
            b"sec-websocket-protocol: graphql-transport-ws\r\n"
            b"sec-websocket-accept: %b\r\n\r\n" % accept
        )

    def _messages(self) -> None:
        """The load sends one small `connection_init` and then one `subscribe`, masked with 0."""
        if b'"connection_init"' in self._received:
            self._received = b""
            self._transport.write(_frame(b'{"type":"connection_ack"}'))
        elif self._received.endswith(b"}}"):
            body, self._received = self._received, b""
            self._start(body, self._next)

    def _start(self, body: bytes, tell: Callable[[str | None], None]) -> None:
        found = MODEL.search(body)
        assert found, "a request that names no model of the bench"
        self._task = asyncio.ensure_future(self._connect(found[0], tell))

    async def _connect(self, model: bytes, tell: Callable[[str | None], None]) -> None:
        loop = asyncio.get_running_loop()
        _, self._upstream = await loop.create_connection(
            lambda: Upstream(model, tell), "127.0.0.1", self._port
        )

    def _payload(self, text: str) -> bytes:
        self._seq += 1
        return b'{"data":{"chat":{"__typename":"TextDelta","seq":%d,"text":%b}}}' % (
            self._seq,
            _encode(text),
        )

    def _sse(self, text: str | None) -> None:
        if text is None:
            self._transport.write(_chunk(b"event: complete\ndata: \n\n") + b"0\r\n\r\n")
        else:
            event = b"event: next\nid: %d\ndata: %b\n\n" % (self._seq, self._payload(text))
            self._transport.write(_chunk(event))

    def _next(self, text: str | None) -> None:
        if text is None:
            self._transport.write(_frame(b'{"id":"1","type":"complete"}'))
        else:
            message = b'{"id":"1","type":"next","payload":%b}' % self._payload(text)
            self._transport.write(_frame(message))


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _frame(text: bytes) -> bytes:
    size = len(text)
    return (b"\x81%c" % size if size < 126 else b"\x81\x7e" + size.to_bytes(2)) + text


async def serve(port: int, upstream_port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Client(upstream_port), "127.0.0.1", port, backlog=4096
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
