"""The `graphql-transport-ws` protocol over our engine: results are written as they come.

https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md. The states
and close codes are Strawberry's; running an operation and the server's pings are ours.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
import structlog
from graphql import OperationType
from starlette.requests import HTTPConnection
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import SubscribeMessage
from strawberry.types.unset import UnsetType

from api.context import Context
from api.transport.engine import Engine, Prepared
from api.transport.entrance import REVOKED, Entrance
from api.transport.faults import RefusedOperationError
from api.transport.limits import Limits
from api.transport.operation import from_object
from api.transport.refusals import RefusedRequestError
from api.transport.slots import StreamSlots
from api.transport.websocket import Socket

log = structlog.get_logger(__name__)

TERMINATED = 4499
LIMITED = "RATE_LIMITED"
FORBIDDEN = 4403
TRY_LATER = 1013


@dataclass(slots=True)
class Newcomer:
    """A connection that has not said yet who it is."""

    entrance: Entrance
    connection: HTTPConnection
    connection_params: dict[str, object] = field(default_factory=dict)
    """What `connection_init` says; Strawberry puts it here."""


class _Admission:
    """Strawberry's hook for `connection_init`."""

    def __init__(self, conversation: "Conversation") -> None:
        self._conversation = conversation

    async def on_ws_connect(self, newcomer: Newcomer) -> UnsetType:
        await self._conversation.admit(newcomer)
        return UnsetType()


class Conversation(BaseGraphQLTransportWSHandler[Context, None]):
    """One WebSocket connection with its operations."""

    def __init__(
        self,
        engine: Engine,
        socket: Socket,
        newcomer: Newcomer,
        limits: Limits,
        streams: StreamSlots,
    ) -> None:
        super().__init__(
            view=_Admission(self),  # type: ignore[arg-type]
            websocket=socket,
            context=newcomer,  # type: ignore[arg-type]
            root_value=None,
            schema=engine.schema,
            connection_init_wait_timeout=timedelta(seconds=limits.init_seconds),
            max_subscriptions_per_connection=limits.operations,
        )
        self.engine = engine
        self.socket = socket
        self.streams = streams
        self.most_operations = limits.operations
        self.ping_seconds = limits.ping_seconds
        self._leave: Callable[[], object] | None = None

    async def handle(self) -> None:
        """Serve the connection to its end; returns when it is closed, by whichever side."""
        self._ping_later()
        try:
            await super().handle()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            # The socket cancels us when it gives up on a client that doesn't read.
            if not self.socket.closed or task is None or task.uncancel():
                raise
        finally:
            self._next_ping.cancel()
            if self._leave:
                self._leave()

    async def admit(self, newcomer: Newcomer) -> None:
        """Find out who has connected; closes the connection where that is nobody we know."""
        try:
            connection, params = newcomer.connection, newcomer.connection_params
            self.context = await newcomer.entrance.enter(connection, params)
        except RefusedRequestError as refusal:
            code = FORBIDDEN if refusal.status == 401 else TRY_LATER
            await self.socket.close(code, refusal.message)
            raise ConnectionRejectionError from refusal
        self._leave = newcomer.entrance.watch(self.context, self._dismiss)

    def _dismiss(self) -> None:
        self._dismissing = asyncio.create_task(self.socket.dismiss(FORBIDDEN, REVOKED))

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Start an operation, or tell why not; the rest of the checks is Strawberry's."""
        if len(self.operations) >= self.most_operations:
            reason = f"{self.most_operations} operations run on this connection; that is the limit."
            refusal = RefusedRequestError(429, reason, LIMITED)
            answer = {"id": message["id"], "type": "error", "payload": [refusal.error]}
            await self.socket.send_json(answer)
            return
        # Strawberry hands this field on as it is: the operation, with what it knows no field for.
        asked: Any = from_object(message["payload"], "`payload`")
        message["payload"]["query"] = asked
        await super().handle_subscribe(message)
        message["payload"] = {"query": ""}  # the operation has it; it is not kept with each stream

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """One operation to its end: `next` for each result, then `complete`; or `error`."""
        asked: Any = operation.query
        try:
            prepared = self.engine.prepare(asked, self.context)
            operation.query, operation.variables, asked = "", None, None
            if prepared.kind is OperationType.SUBSCRIPTION:
                with self.streams.held(self.context.counted_as):
                    await self._send_results(prepared, operation)
            else:
                await self._send_results(prepared, operation)
        except RefusedOperationError as refusal:
            await _refuse(operation, refusal.errors)
        except RefusedRequestError as refusal:
            await _refuse(operation, [refusal.error])

    async def _send_results(self, prepared: Prepared, operation: Operation[Context, None]) -> None:
        results = await prepared.start()
        head = b'{"id":%b,"type":"next","payload":' % msgspec.json.encode(operation.id)

        def text(payload: bytes, _: int | None) -> bytes:
            return b"%b%b}" % (head, payload)

        async with aclosing(results):
            async for result in results:
                await self.socket.send_text(text(*result).decode())
                await self.socket.send_flow(results, text)
        await operation.send_operation_message({"id": operation.id, "type": "complete"})

    async def handle_task_exception(self, error: Exception) -> None:
        if not isinstance(error, WebSocketDisconnected):
            log.error("websocket.task_failed", exc_info=error)

    def _ping_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._next_ping = loop.call_later(self.ping_seconds, self._ping_now)

    def _ping_now(self) -> None:
        if not self.socket.closed:
            self._pinging = asyncio.create_task(self._ping())
            self._ping_later()

    async def _ping(self) -> None:
        """Lets browsers, which don't see the protocol's own pings, notice a dead connection."""
        silence = asyncio.get_running_loop().time() - self.socket.last_heard
        try:
            if silence > 2 * self.ping_seconds:
                await self.socket.close(TERMINATED, "The client does not answer pings.")
            elif self.connection_acknowledged:
                await self.socket.send_json({"type": "ping"})
        except WebSocketDisconnected:
            return  # whoever reads from it hears of it too


async def _refuse(operation: Operation[Context, None], errors: list[dict[str, Any]]) -> None:
    answer: Any = {"id": operation.id, "type": "error", "payload": errors}
    await operation.send_operation_message(answer)
