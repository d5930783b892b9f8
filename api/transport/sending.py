"""Sends with a deadline: a client that never reads may not hold a connection for ever."""

import asyncio

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
