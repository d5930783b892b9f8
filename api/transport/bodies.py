"""Reads request bodies, within a size and a time."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import Receive

from api.transport.refusals import ClientLeftError, RefusedRequestError

BODY_LIMIT = 1_048_576
"""Bytes that a request body may have."""
BODY_SECONDS = 10.0
"""How long a client may take to send it."""
LINGER_SECONDS = 1.0


async def read_body(
    headers: Headers, receive: Receive, limit: int = BODY_LIMIT, seconds: float = BODY_SECONDS
) -> bytes:
    """The whole body. Raises `RefusedRequestError` (413, 408) without reading the rest of it."""
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise _too_large(limit)
    try:
        async with asyncio.timeout(seconds):
            return await _read(receive, limit)
    except TimeoutError:
        message = f"The request body did not arrive within {seconds:g} seconds."
        raise RefusedRequestError(408, message, "BODY_TOO_SLOW", {"connection": "close"}) from None


async def linger(receive: Receive, seconds: float = LINGER_SECONDS) -> None:
    """Let a client that is still sending read its refusal: closing at once would reset it."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive()).get("more_body"):
                pass
    except TimeoutError:
        return


async def _read(receive: Receive, limit: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeftError
        body += message.get("body", b"")
        if len(body) > limit:
            raise _too_large(limit)
        if not message.get("more_body"):
            return bytes(body)


def _too_large(limit: int) -> RefusedRequestError:
    message = f"The request body is larger than {limit} bytes."
    return RefusedRequestError(413, message, "BODY_TOO_LARGE", {"connection": "close"})
