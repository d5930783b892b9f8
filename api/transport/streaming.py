"""Writes a stream of results as one HTTP response, while its client stays."""

from contextlib import aclosing

from starlette.types import Message, Receive

from api.transport.engine import Results
from api.transport.entrance import Stay
from api.transport.framing import Framing
from api.transport.json_text import encoded
from api.transport.presence import ClientPresence
from api.transport.refusals import RefusedRequestError
from api.transport.sending import PatientSend


async def write_stream(
    results: Results,
    framing: Framing,
    stay: Stay,
    receive: Receive,
    send: PatientSend,
) -> None:
    """Send each result the moment it is there; close `results` as soon as the client leaves.

    A caller whose right ends is told so by a last result, and the stream ends without the rest.
    """

    def message(body: bytes) -> Message:
        return {"type": "http.response.body", "body": body, "more_body": True}

    frame = framing.frame

    async def write(body: bytes) -> None:
        await send(message(body))

    async def heartbeat() -> None:
        await write(framing.heartbeat)

    async with aclosing(results):
        await send({"type": "http.response.start", "status": 200, "headers": _headers(framing)})
        try:
            with stay:
                async with ClientPresence(receive, heartbeat, framing.heartbeat_seconds):
                    await write(framing.opening)
                    async for result in results:
                        await write(frame(result.payload, result.seq))
                        await send.flow(results, frame, message)
        except RefusedRequestError as refusal:
            await write(frame(encoded({"errors": [refusal.error]}), None))
    await send({"type": "http.response.body", "body": framing.closing, "more_body": False})


def _headers(framing: Framing) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", framing.content_type.encode()),
        # Proxies must neither keep nor compress a stream, nor hold it back (nginx).
        (b"cache-control", b"no-cache, no-transform"),
        (b"x-accel-buffering", b"no"),
    ]
