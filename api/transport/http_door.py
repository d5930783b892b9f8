"""GraphQL over HTTP: POST, GET, event streams and multipart on one address.

https://graphql.github.io/graphql-over-http/draft/
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from graphql import OperationType
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.context import Context
from api.transport import operation
from api.transport.bodies import read_body
from api.transport.engine import Engine, Prepared
from api.transport.entrance import Entrance, Stay
from api.transport.faults import RefusedOperationError
from api.transport.framing import FRAMINGS
from api.transport.json_text import encoded
from api.transport.limits import Limits
from api.transport.negotiation import JSON, Accepted, accepted
from api.transport.origins import Origins
from api.transport.presence import ClientPresence
from api.transport.refusals import ClientLeftError, RefusedRequestError
from api.transport.sending import PatientSend
from api.transport.slots import StreamSlots
from api.transport.streaming import write_stream

_SEQ = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class HttpDoor:
    """Answers one HTTP request; `page` is what a browser sees that opens the address."""

    engine: Engine
    entrance: Entrance
    origins: Origins
    page: Callable[[], Response] | None
    limits: Limits
    streams: StreamSlots

    async def __call__(self, scope: Scope, receive: Receive, send: PatientSend) -> None:
        headers = Headers(scope=scope)
        wanted = accepted(headers.get("accept", ""))
        try:
            if self.page and wanted.page and scope["method"] == "GET":
                await self.page()(scope, receive, send)
                return
            self.origins.check(headers)
            context = await self._context(scope, headers)
            # Without a name for the request: a stream would keep its history to its end.
            prepared = self.engine.prepare(
                await _operation(scope, headers, receive, self.limits), context
            )
            form = _form(prepared, wanted, scope)
            stay = Stay(self.entrance, context)
            if prepared.kind is OperationType.SUBSCRIPTION:
                with self.streams.held(context.counted_as):
                    await _run(prepared, form, stay, receive, send)
            else:
                await _run(prepared, form, stay, receive, send)
        except RefusedRequestError as refusal:
            response = refusal.response(encoded({"errors": [refusal.error]}), wanted.errors)
            await response(scope, receive, send)
        except RefusedOperationError as refusal:
            # Media type `application/json` is that of older clients, which read errors in 200 only.
            status = 200 if wanted.answer == wanted.errors == JSON else 400
            await _send(status, encoded({"errors": refusal.errors}), wanted.errors, send)
        except ClientLeftError:
            return

    async def _context(self, scope: Scope, headers: Headers) -> Context:
        context = await self.entrance.enter(HTTPConnection(scope))
        last = headers.get("last-event-id", "")
        context.last_event_id = int(last) if _SEQ.fullmatch(last) else None
        return context


async def _operation(
    scope: Scope, headers: Headers, receive: Receive, limits: Limits
) -> operation.Operation:
    if scope["method"] == "GET":
        return operation.from_query_string(scope["query_string"])
    if scope["method"] != "POST":
        raise RefusedRequestError(
            405, "Use POST, or GET for queries.", "METHOD_NOT_ALLOWED", {"allow": "GET, POST"}
        )
    return operation.from_body(await read_body(headers, receive, limits))


def _form(prepared: Prepared, wanted: Accepted, scope: Scope) -> str:
    """The media type to answer in; raises `RefusedRequestError` where the client takes none."""
    if prepared.kind is OperationType.MUTATION and scope["method"] == "GET":
        message = "Mutations need POST."
        raise RefusedRequestError(405, message, "METHOD_NOT_ALLOWED", {"allow": "POST"})
    streams = prepared.kind is OperationType.SUBSCRIPTION
    if form := wanted.stream if streams else wanted.answer:
        return form
    needed = "text/event-stream" if streams else "application/graphql-response+json"
    message = f"The `Accept` header must name `{needed}` for a {prepared.kind.value}."
    raise RefusedRequestError(406, message, "NOT_ACCEPTABLE")


async def _run(
    prepared: Prepared, form: str, stay: Stay, receive: Receive, send: PatientSend
) -> None:
    if framing := FRAMINGS.get(form):
        await write_stream(await prepared.start(), framing, stay, receive, send)
        return
    with stay:
        async with ClientPresence(receive):
            result = await prepared.answer()
    await _send(200, result.payload, form, send)


async def _send(status: int, body: bytes, form: str, send: Send) -> None:
    headers = [
        (b"content-type", f"{form}; charset=utf-8".encode()),
        (b"content-length", b"%d" % len(body)),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
