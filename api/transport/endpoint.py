"""`/graphql`: one ASGI application for HTTP requests and WebSocket connections."""

from collections.abc import Callable, Iterable, Mapping

import strawberry
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from api.transport.direct import offered
from api.transport.engine import Engine
from api.transport.entrance import Entrance
from api.transport.http_door import HttpDoor
from api.transport.limits import DEFAULT_LIMITS, Limits
from api.transport.origins import Origins
from api.transport.refusals import RefusedRequestError
from api.transport.sending import PatientSend
from api.transport.slots import StreamSlots
from api.transport.subscriptions import Conversation, Newcomer
from api.transport.websocket import Socket

SUBPROTOCOL_NOT_ACCEPTABLE = 4406


class GraphQLEndpoint:
    """Answers GraphQL operations in every form that a client may ask for.

    `entrance` knows who may come in, `page` is what a browser sees that opens the address.
    `recorded` documents are kept at hand, and `strict` answers no others.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        entrance: Entrance,
        *,
        allowed_origins: Iterable[str] = (),
        introspection: bool = True,
        page: Callable[[], Response] | None = None,
        limits: Limits = DEFAULT_LIMITS,
        recorded: Mapping[str, str] | None = None,
        strict: bool = False,
    ) -> None:
        self._engine = Engine(schema, introspection, limits, recorded, strict)
        self._entrance = entrance
        self._origins = Origins(allowed_origins)
        self._limits = limits
        self.streams = StreamSlots(limits)
        self._http = HttpDoor(self._engine, entrance, self._origins, page, limits, self.streams)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        patient = PatientSend(send, self._limits.send_seconds, offered(scope))
        if scope["type"] == "http":
            await self._http(scope, receive, patient)
        else:
            await self._websocket(scope, receive, patient)

    async def _websocket(self, scope: Scope, receive: Receive, send: PatientSend) -> None:
        await receive()
        try:
            self._origins.check(Headers(scope=scope))
        except RefusedRequestError:
            # Closing before accepting answers the handshake with 403.
            await send({"type": "websocket.close", "code": 1008})
            return
        offered = GRAPHQL_TRANSPORT_WS_PROTOCOL in scope["subprotocols"]
        chosen = GRAPHQL_TRANSPORT_WS_PROTOCOL if offered else None
        await send({"type": "websocket.accept", "subprotocol": chosen})
        socket = Socket(receive, send, self._limits)
        if not offered:
            reason = f"The only subprotocol is {GRAPHQL_TRANSPORT_WS_PROTOCOL}."
            await socket.close(SUBPROTOCOL_NOT_ACCEPTABLE, reason)
            return
        newcomer = Newcomer(self._entrance, HTTPConnection(scope))
        conversation = Conversation(self._engine, socket, newcomer, self._limits, self.streams)
        await conversation.handle()
