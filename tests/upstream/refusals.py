"""Failures in place of a reply: refusals, wrong answers and no answer at all."""

import asyncio

from tests.upstream import shapes
from tests.upstream.exchange import Exchange
from tests.upstream.http import chunked, head


async def rate_limited(x: Exchange) -> None:
    """429; `retry_after` (seconds or an HTTP date) becomes the header, absent where not given."""
    after = x.script.details.get("retry_after")
    headers = {} if after is None else {"retry-after": str(after)}
    await x.refuse(429, shapes.error("Slow down.", "requests", "rate_limit_exceeded"), headers)


async def quota_exhausted(x: Exchange) -> None:
    """429 that no waiting cures: the account is out of money."""
    await x.refuse(429, shapes.error("No quota.", "insufficient_quota", "insufficient_quota"))


async def server_error(x: Exchange) -> None:
    """500 with an error object."""
    await x.refuse(500, shapes.error("Internal error at /srv/secret/path", "server_error"))


async def overloaded(x: Exchange) -> None:
    """503; `retry_after` as with `rate_limited`."""
    after = x.script.details.get("retry_after")
    headers = {} if after is None else {"retry-after": str(after)}
    await x.refuse(503, shapes.error("Overloaded", "overloaded_error"), headers)


async def bad_gateway(x: Exchange) -> None:
    """502 with a page, as proxies send it."""
    await x.link.answer(502, b"<html><h1>502 Bad Gateway</h1></html>", "text/html")


async def unauthorized(x: Exchange) -> None:
    """401; the message repeats the key, as some servers do."""
    key = x.record.headers.get("authorization", "")
    await x.refuse(401, shapes.error(f"Incorrect API key provided: {key}", "auth", "invalid_key"))


async def forbidden(x: Exchange) -> None:
    """403 without an error object."""
    await x.refuse(403, {"detail": "Forbidden"})


async def model_not_found(x: Exchange) -> None:
    """404 as OpenAI sends it."""
    message = f"The model `{x.model}` does not exist or you do not have access to it."
    await x.refuse(404, shapes.error(message, "invalid_request_error", "model_not_found"))


async def model_not_pulled(x: Exchange) -> None:
    """404 as Ollama sends it: no code, only a sentence."""
    await x.refuse(404, shapes.error(f'model "{x.model}" not found, try pulling it', "api_error"))


async def wrong_path(x: Exchange) -> None:
    """404 of a server that has no such path."""
    await x.refuse(404, {"detail": "Not Found"})


async def prompt_refused(x: Exchange) -> None:
    """400 of a content filter."""
    await x.refuse(400, shapes.error("Filtered", "invalid_request_error", "content_filter"))


async def context_exceeded(x: Exchange) -> None:
    """400 of a prompt longer than the model's context, as OpenAI sends it."""
    message = "This model's maximum context length is 8192 tokens."
    code = "context_length_exceeded"
    await x.refuse(400, shapes.error(message, "invalid_request_error", code, "messages"))


async def setting_refused(x: Exchange) -> None:
    """400 of a setting that this model doesn't take; `param` names it."""
    param = str(x.script.details.get("param", "temperature"))
    await x.refuse(400, shapes.error("Unsupported value", "invalid_request_error", None, param))


async def redirect(x: Exchange) -> None:
    """307 to `location`: following it would hand the key to somebody else."""
    target = str(x.script.details.get("location", "/elsewhere"))
    await x.link.answer(307, b"", headers={"location": target})


async def html(x: Exchange) -> None:
    """200 with a page, as captive portals and log-in walls send it."""
    await x.link.answer(200, b"<!doctype html><title>Log in</title>", "text/html")


async def wrong_content_type(x: Exchange) -> None:
    """200 with a whole JSON reply where a stream was asked for."""
    await x.whole()


async def headers_hang(x: Exchange) -> None:
    """The request is read and nothing is ever said."""
    await asyncio.Event().wait()


async def drop(x: Exchange) -> None:
    """The connection is reset before the headers."""
    x.link.reset()


async def endless_error(x: Exchange) -> None:
    """500 with a body that never ends."""
    await x.link.send(head(500, "application/json", {"transfer-encoding": "chunked"}))
    while True:
        await x.link.send(chunked(b"x" * 65_536))
