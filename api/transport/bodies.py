"""Reads request bodies: JSON, within a size and a time."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import Receive

from api.transport.limits import Limits
from api.transport.negotiation import JSON
from api.transport.refusals import ClientLeftError, RefusedRequestError


async def read_body(headers: Headers, receive: Receive, limits: Limits) -> bytes:
    """The whole body. Raises `RefusedRequestError`: 415, or 413 or 408 without reading the rest."""
    _check_content_type(headers.get("content-type", ""))
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limits.body_bytes:
        raise _too_large(limits.body_bytes)
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await _read(receive, limits.body_bytes)
    except TimeoutError:
        message = f"The request body did not arrive within {limits.body_seconds:g} seconds."
        raise RefusedRequestError(408, message, "BODY_TOO_SLOW", unread=True) from None


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


def _check_content_type(header: str) -> None:
    """Nothing but JSON: a page of another site can send forms and text without asking first."""
    kind, _, parameters = header.lower().partition(";")
    charset = parameters.partition("charset=")[2].strip(' "')
    if kind.strip() != JSON or charset not in ("", "utf-8"):
        message = "The content type must be `application/json`, in UTF-8."
        raise RefusedRequestError(415, message, "UNSUPPORTED_MEDIA_TYPE", unread=True)


def _too_large(limit: int) -> RefusedRequestError:
    message = f"The request body is larger than {limit} bytes."
    return RefusedRequestError(413, message, "BODY_TOO_LARGE", unread=True)
