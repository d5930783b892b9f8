"""Sends with a deadline: a client that never reads may not hold a connection for ever."""

import asyncio
import socket
import sys
from collections.abc import Generator
from typing import Any

import structlog
from starlette.types import Message, Send

from api.transport.refusals import ClientLeftError

log = structlog.get_logger(__name__)


def within(seconds: float, send: Send) -> Send:
    """`send` that raises `ClientLeftError` when a message could not be written for so long."""

    async def send_within(message: Message) -> None:
        # Almost always written at once; a timer for each write would cost more than the write.
        sending = send(message).__await__()
        try:
            waits_for = next(sending)
        except StopIteration:
            return
        try:
            async with asyncio.timeout(seconds):
                await _Rest(sending, waits_for)
        except TimeoutError:
            log.info("client.stuck", seconds=seconds)
            raise ClientLeftError from None

    return send_within


class _Rest:
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
