"""Sends with a deadline: a client that never reads may not hold a connection for ever."""

import asyncio
import socket
import sys

import structlog
from starlette.types import Message, Send

from api.transport.refusals import ClientLeftError

log = structlog.get_logger(__name__)


def within(seconds: float, send: Send) -> Send:
    """`send` that raises `ClientLeftError` when a message could not be written for so long."""

    async def send_within(message: Message) -> None:
        try:
            async with asyncio.timeout(seconds):
                await send(message)
        except TimeoutError:
            log.info("client.stuck", seconds=seconds)
            raise ClientLeftError from None

    return send_within


def drop_stuck(listener: socket.socket, seconds: float) -> None:
    """Let the kernel end connections of `listener` whose client takes nothing for so long.

    Work for such a client ends at the deadline of `within`; its closed connection would stay until
    everything is sent, which is never (tcp(7), TCP_USER_TIMEOUT; Linux only).
    """
    if sys.platform == "linux":
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1_000))
