"""JSON routes with the same guards as `/graphql`, and errors that name the field."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.types import Message

from api.transport.bodies import check_content_type, read_body
from api.transport.json_text import decoded
from api.transport.origins import Origins
from api.transport.presence import ClientPresence
from api.transport.problems import problem_json
from api.transport.refusals import ClientLeftError, RefusedRequestError, refusal_response

SHOWN_FAULTS = 5
"""Faults of a body that are told of; the rest is counted."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def guarded(origins: Origins) -> type[APIRoute]:
    """A route class: origin, content type, size and time are checked, a client that leaves
    cancels the work, and an invalid body is answered with a problem."""

    class GuardedRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            handle = super().get_route_handler()

            async def handle_guarded(request: Request) -> Response:
                try:
                    origins.check(request.headers)
                    return await _handle(handle, request)
                except RefusedRequestError as refusal:
                    fields = {"reason": refusal.message, "retryable": False}
                    return refusal_response(refusal, )
                except RequestValidationError as error:
                    return problem_json(422, "InvalidInput", _fields(error))

            return handle_guarded

    return GuardedRoute
