"""Writes a stream of results as one HTTP response, while its client stays."""

from contextlib import aclosing

from starlette.types import Receive, Send

from api.transport.engine import Results
from api.transport.entrance import Stay
from api.transport.framing import Framing
from api.transport.json_text import encoded
from api.transport.presence import ClientPresence
from api.transport.refusals import RefusedRequestError


async def write_stream(
    results: Results,
    framing: Framing,
    stay: Stay,
    receive: Receive,
    send: Send,
) -> None:
    """Send each result the moment it is there; close `results` as soon as the client leaves.

    A caller whose right ends is told so by a last result, and the stream ends without the rest.
    """

    async def write(body: bytes) -> None:
        await send({"type": "http.response.body", "body": body, "more_body": True})

    async def heartbeat() -> None:
        await write(framing.heartbeat)

    async with aclosing(results):
        await send({"type": "http.response.start", "status": 200, "headers": _headers(framing)})
        try:
            with stay:
                async with ClientPresence(receive, heartbeat, framing.heartbeat_seconds):
                    await write(framing.opening)
                    async for result in results:
                        await write(framing.frame(result.payload, result.seq))
        except RefusedRequestError as refusal:
            await write(framing.frame(encoded({"errors": [refusal.error]}), None))
    await send({"type": "http.response.body", "body": framing.closing, "more_body": False})


def _headers(framing: Framing) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", framing.content_type.encode()),
        # Proxies must neither keep nor compress a stream, nor hold it back (nginx).
        (b"cache-control", b"no-cache, no-transform"),
        (b"x-accel-buffering", b"no"),
    ]
