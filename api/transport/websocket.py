"""A WebSocket as the protocol's handler sees it: checked messages in, text frames out."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager

import structlog
from starlette.types import Message, Receive
from strawberry.http.async_base_view import AsyncWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected

from api.transport.engine import Results
from api.transport.frames import message
from api.transport.json_text import encoded
from api.transport.limits import Limits
from api.transport.refusals import ClientLeftError, RefusedRequestError
from api.transport.sending import Frame, PatientSend

log = structlog.get_logger(__name__)

REASON_LIMIT = 123
"""Bytes that a close frame has room for (RFC 6455, section 5.5)."""
BAD_REQUEST = 4400
TOO_LARGE = 1009
CLOSE_SECONDS = 1.0


class Socket(AsyncWebSocketAdapter):
    """One accepted connection. A message at fault closes it with a reason, never with a trace.

    Where the client doesn't read, past the deadline of `send`, the connection ends.
    """

    def __init__(self, receive: Receive, send: PatientSend, limits: Limits) -> None:
        self._receive = receive
        self._send = send
        self._longest = limits.frame_characters
        self._reader = asyncio.current_task()
        self.closed = False
        self.last_heard = asyncio.get_running_loop().time()

    async def iter_json(
        self, *, ignore_parsing_errors: bool = False
    ) -> AsyncGenerator[object, None]:
        """The client's messages until one of the sides closes."""
        while not self.closed:
            frame = await self._receive()
            if frame["type"] == "websocket.disconnect":
                self.closed = True
                return
            self.last_heard = asyncio.get_running_loop().time()
            text = frame.get("text")
            if text is None:
                await self.close(BAD_REQUEST, "Binary frames are not supported; send text.")
            elif len(text) > self._longest:
                await self.close(TOO_LARGE, f"A message may have {self._longest} characters.")
            else:
                try:
                    checked = message(text)
                except RefusedRequestError as refusal:
                    await self.close(BAD_REQUEST, refusal.message)
                else:
                    yield checked
                    del checked
            # Kept until the next frame, it would be a good part of what a silent connection takes.
            del frame, text

    async def send_json(self, message: Mapping[str, object]) -> None:
        await self.send_text(encoded(message).decode())

    async def send_text(self, text: str) -> None:
        """Send one frame; raises `WebSocketDisconnected` where nobody is there to read it."""
        if self.closed:
            raise WebSocketDisconnected
        with self._abandoned_if_gone():
            await self._send({"type": "websocket.send", "text": text})

    async def send_flow(self, results: Results, text: Frame) -> None:
        """Send a frame for each result in the moment in which it is there, until one has to wait;
        raises as `send_text`. `text` is in UTF-8."""

        def message(data: bytes) -> Message:
            if self.closed:
                raise ClientLeftError
            return {"type": "websocket.send", "text": data.decode()}

        with self._abandoned_if_gone():
            await self._send.flow(results, text, message)

    async def close(self, code: int, reason: str) -> None:
        """Close once, with as much of the reason as fits."""
        if self.closed:
            return
        self.closed = True
        short = reason.encode(errors="replace")[:REASON_LIMIT].decode(errors="ignore")
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._send({"type": "websocket.close", "code": code, "reason": short})
        except (TimeoutError, ClientLeftError, OSError):
            self._abandon()

    async def dismiss(self, code: int, reason: str) -> None:
        """Close, and end all work at once, whether the client reacts or not."""
        await self.close(code, reason)
        self._abandon()

    @contextmanager
    def _abandoned_if_gone(self) -> Iterator[None]:
        try:
            yield
        except (ClientLeftError, OSError) as error:
            self._abandon()
            raise WebSocketDisconnected from error

    def _abandon(self) -> None:
        """End the connection's task, which waits for a message that will not come."""
        self.closed = True
        if self._reader and self._reader is not asyncio.current_task():
            self._reader.cancel()
