"""Just enough HTTP/1.1 to play a server that may break every rule on purpose."""

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

TLS_HANDSHAKE = b"\x16"


@dataclass(slots=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    content: bytes

    @property
    def body(self) -> dict[str, Any]:
        return dict(json.loads(self.content)) if self.content else {}


@dataclass(slots=True)
class Connection:
    """One accepted connection; notices at once when the client leaves."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    _ahead: asyncio.Task[bytes] | None = field(default=None)

    async def next_request(self) -> Request | None:
        """The next request of a kept-alive connection; None once the client has left."""
        try:
            first = await self._first_byte()
            self._ahead = None
            if not first:
                return None
            if first == TLS_HANDSHAKE:
                await self.answer(400, b"This is not a TLS server.")
                return None
            head = first + await self.reader.readuntil(b"\r\n\r\n")
            return await self._request(head.decode("latin-1"))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    async def _request(self, head: str) -> Request:
        start, *lines = head.split("\r\n")
        method, path, _ = start.split(" ", 2)
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines if line)
        }
        content = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return Request(method, path, headers, content)

    async def left(self) -> None:
        """Return once the client has left."""
        if await self._first_byte():
            await asyncio.Event().wait()  # it speaks ahead of its turn: it is still there

    async def _first_byte(self) -> bytes:
        """The first byte of what the client says next, without taking it; b"" where it left."""
        if self._ahead is None:
            self._ahead = asyncio.ensure_future(self._byte())
        return await asyncio.shield(self._ahead)

    async def _byte(self) -> bytes:
        try:
            return await self.reader.read(1)
        except ConnectionError:
            return b""

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(
        self,
        status: int,
        content: bytes,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """A whole response with a known length."""
        extra = {"content-length": str(len(content)), **(headers or {})}
        await self.send(head(status, content_type, extra) + content)

    def cut(self) -> None:
        """Close without a word, as a server does that is killed in the middle."""
        self.writer.close()

    def reset(self) -> None:
        """Close with a TCP reset."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def close(self) -> None:
        if self._ahead is not None:
            self._ahead.cancel()
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


def head(status: int, content_type: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"content-type: {content_type}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunked(data: bytes) -> bytes:
    """One frame of the chunked transfer coding; empty data is its end."""
    return b"%x\r\n%b\r\n" % (len(data), data)
