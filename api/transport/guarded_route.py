"""JSON routes with the same guards as `/graphql`, and errors that name the field."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.types import Message

from api.transport.bodies import read_body
from api.transport.entrance import Entrance, Stay
from api.transport.json_text import decoded
from api.transport.limits import Limits
from api.transport.negotiation import JSON
from api.transport.origins import Origins
from api.transport.presence import ClientPresence
from api.transport.problems import problem_body
from api.transport.refusals import ClientLeftError, RefusedRequestError

SHOWN_FAULTS = 5
"""Faults of a body that are told; the rest is only counted."""
CLIENT_LEFT = 499
"""Status in logs for a request whose client did not wait (nginx's number; nobody reads it)."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def guarded(entrance: Entrance, origins: Origins, limits: Limits) -> type[APIRoute]:
    """A route class that checks origin, caller, content type, size and time of a request.

    GET is open to all, and the context of other requests is `request.state.context`.

    A client that leaves cancels the work; a request at fault is answered with a problem.
    """

    class GuardedRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            handle = super().get_route_handler()

            async def handle_guarded(request: Request) -> Response:
                try:
                    origins.check(request.headers)
                    return await _handled(handle, request, entrance, limits)
                except RefusedRequestError as refusal:
                    kind = "Unauthenticated" if refusal.status == 401 else "InvalidInput"
                    body = problem_body(kind, reason=refusal.message, retryable=False)
                    return refusal.response(body, JSON)
                except RequestValidationError as error:
                    return Response(_faults(error), 422, media_type=JSON)
                except ClientLeftError:
                    return Response(status_code=CLIENT_LEFT)

            return handle_guarded

    return GuardedRoute


async def _handled(
    handle: Handler, request: Request, entrance: Entrance, limits: Limits
) -> Response:
    if request.method in ("GET", "HEAD"):
        return await handle(request)
    context = request.state.context = await entrance.enter(request)
    body = await read_body(request.headers, request.receive, limits)
    decoded(body, "The request body")

    async def replay() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    with Stay(entrance, context):
        async with ClientPresence(request.receive):
            return await handle(Request(request.scope, replay))


def _faults(error: RequestValidationError) -> bytes:
    """Which fields are at fault and why; what was sent is not repeated."""
    faults = error.errors()
    told = [(".".join(map(str, fault["loc"][1:])), fault["msg"]) for fault in faults[:SHOWN_FAULTS]]
    reason = " ".join(f"`{field or 'body'}`: {message}." for field, message in told)
    if len(faults) > SHOWN_FAULTS:
        reason += f" And {len(faults) - SHOWN_FAULTS} more."
    return problem_body("InvalidInput", field=told[0][0], reason=reason, retryable=False)
