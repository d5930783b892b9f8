"""Sends with a deadline: a client that never reads may not hold a connection for ever."""

import asyncio
import socket
import sys
from collections.abc import Callable, Generator
from typing import Any

import structlog
from starlette.types import Message, Send

from api.transport.direct import Write
from api.transport.engine import Results
from api.transport.refusals import ClientLeftError

log = structlog.get_logger(__name__)

_SENT = object()
"""What is waited for where all is sent."""


Frame = Callable[[bytes, int | None], bytes]
"""From a result's payload and number to its bytes on the stream."""
Wrap = Callable[[bytes], Message]


class PatientSend:
    """`send` that raises `ClientLeftError` when a message could not be written for `seconds`."""

    def __init__(self, send: Send, seconds: float, write: Write) -> None:
        """`write` is tried first where results flow."""
        self._send = send
        self._seconds = seconds
        self._write = write

    async def __call__(self, message: Message) -> None:
        if rest := self.begin(message):
            await self.finish(rest)

    def begin(self, message: Message) -> "Rest | None":
        """Write the message, or as much of it as can be now; the rest is to be finished.

        Almost always there is none: a timer for each write would cost more than the write.
        """
        sending = self._send(message).__await__()
        waits_for = next(sending, _SENT)
        return None if waits_for is _SENT else Rest(sending, waits_for)

    async def finish(self, rest: "Rest") -> None:
        """Write what `begin` has left."""
        try:
            async with asyncio.timeout(self._seconds):
                await rest
        except TimeoutError:
            log.info("client.stuck", seconds=self._seconds)
            raise ClientLeftError from None

    async def flow(self, results: Results, frame: Frame, message: Wrap) -> None:
        """Send results in the very moment in which they are there, until one has to wait.

        `frame` makes bytes of a result, and `message` makes ASGI's message of those.
        """
        rest: Rest | None = None
        written = self._write

        def write(payload: bytes, seq: int | None) -> bool:
            nonlocal rest
            data = frame(payload, seq)
            if written(data):
                return True
            rest = self.begin(message(data))
            return rest is None

        await results.flow(write)
        if rest:
            await self.finish(rest)


class Rest:
    """Awaits the rest of what has begun and now waits for something."""

    def __init__(self, begun: Generator[Any, Any, None], waits_for: Any) -> None:
        self._begun = begun
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        waits_for = self._waits_for
        try:
            while True:
                try:
                    answer = yield waits_for
                except BaseException as error:
                    waits_for = self._begun.throw(error)
                else:
                    waits_for = self._begun.send(answer)
        except StopIteration:
            return


def drop_stuck(listener: socket.socket, seconds: float) -> None:
    """Let the kernel end connections of `listener` whose client takes nothing for so long.

    Work for such a client ends at the deadline of `within`; its closed connection would stay until
    everything is sent, which is never (tcp(7), TCP_USER_TIMEOUT; Linux only).
    """
    if sys.platform == "linux":
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1_000))
