"""Requests and streams over gql, with its exceptions turned into those of this client.

Each request has its own connection: nothing to keep alive, nothing stale, any event loop.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from functools import lru_cache
from typing import Any, TypeVar

import aiohttp
from gql import GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import (
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
)
from gql.transport.websockets import WebsocketsTransport
from graphql import DocumentNode, ExecutionResult, parse
from websockets.exceptions import ConnectionClosed, InvalidStatus

from clients.python.addresses import Address
from clients.python.errors import (
    ApiRefusedError,
    ApiUnreachableError,
    ParleyError,
    RequestError,
    UnreadableAnswerError,
)
from clients.python.wire import Request

Value = TypeVar("Value")

CONNECT_SECONDS = 10
CLOSE_SECONDS = 2
"""A server that is gone must not keep a page waiting when it lets go of a stream."""

MAX_FRAME_BYTES = 16 * 2**20

UNAUTHENTICATED = 401
KEY_NEEDED = "it needs a key that holds; set PARLEY_API_KEY."

_TRY_LATER = {429, 502, 503, 504}
_FATAL_CLOSE_CODES = range(4400, 4500)
"""graphql-transport-ws: what the client did wrong, so that trying again changes nothing."""


class ConnectionLostError(Exception):
    """A stream was cut after it had begun; not shown to people, but resumed."""


class Connection:
    """How one API is asked."""

    def __init__(self, address: Address, headers: Mapping[str, str]) -> None:
        self.address = address
        self._headers = dict(headers)

    async def execute(self, request: Request[Value], seconds: float) -> Value:
        """The answer to a query or mutation; raises `ParleyError`."""
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        transport = AIOHTTPTransport(
            self.address.http,
            headers=self._headers,
            client_session_args={
                "timeout": timeout,
                "trust_env": not self.address.is_loopback,
            },
        )
        await transport.connect()
        try:
            result = await transport.execute(_gql(request))
        except TransportError as error:
            raise self._http_failure(request, error) from error
        finally:
            await transport.close()
        return _answer(request, result)

    async def subscribe(self, request: Request[Value]) -> AsyncGenerator[Value, None]:
        """The answers of a subscription; closing the generator stops it on the server.

        Raises `ApiUnreachableError` where no connection comes about, `ConnectionLostError` where it
        is cut later, and another `ParleyError` where trying again is of no use.
        """
        transport = self._socket()
        try:
            await self._connect(transport)
            async with aclosing(transport.subscribe(_gql(request))) as results:
                async for result in results:
                    yield _answer(request, result)
        except TransportQueryError as error:
            raise _request_error(error.errors) from error
        except TransportError as error:
            raise _refused(error) or ConnectionLostError(str(error)) from error
        finally:
            # closed here: letting go of a stream must reach the server at once
            await transport.close()
            await transport.adapter.close()

    def _socket(self) -> WebsocketsTransport:
        return WebsocketsTransport(
            self.address.websocket,
            headers=self._headers,
            init_payload=dict(self._headers),
            connect_timeout=CONNECT_SECONDS,
            ack_timeout=CONNECT_SECONDS,
            close_timeout=CLOSE_SECONDS,
            # gql prefers the legacy protocol, which this API doesn't speak
            subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
            connect_args={
                "close_timeout": CLOSE_SECONDS,
                "compression": None,  # frames of a few words only grow by it
                "max_size": MAX_FRAME_BYTES,
                "proxy": None if self.address.is_loopback else True,
            },
        )

    async def _connect(self, transport: WebsocketsTransport) -> None:
        try:
            await transport.connect()
        except TransportConnectionFailed as error:
            raise _refused(error) or self._unreachable(error) from error
        except TimeoutError as error:
            why = f"no answer within {CONNECT_SECONDS} s"
            raise ApiUnreachableError(self.address.base, why) from error

    def _http_failure(self, request: Request[Any], error: TransportError) -> ParleyError:
        if isinstance(error, TransportServerError) and error.code == UNAUTHENTICATED:
            return ApiRefusedError(UNAUTHENTICATED, KEY_NEEDED)
        if isinstance(error, TransportServerError) and error.code is not None:
            return ApiRefusedError(error.code, str(error), error.code in _TRY_LATER)
        if isinstance(error, TransportProtocolError):
            return UnreadableAnswerError(request.name, "it is no GraphQL result")
        return self._unreachable(error)

    def _unreachable(self, error: Exception) -> ApiUnreachableError:
        cause = error.__cause__ or error
        if isinstance(cause, TimeoutError):
            return ApiUnreachableError(self.address.base, "it took too long to answer")
        if isinstance(cause, aiohttp.ClientConnectorError):
            cause = cause.os_error
        return ApiUnreachableError(self.address.base, _why(cause))


def _gql(request: Request[Any]) -> GraphQLRequest:
    return GraphQLRequest(
        _parsed(request.document),
        variable_values=request.variables_json(),
        operation_name=request.name,
    )


@lru_cache
def _parsed(document: str) -> DocumentNode:
    return parse(document, no_location=True)


def _answer(request: Request[Value], result: ExecutionResult) -> Value:
    if result.errors:
        raise _request_error(result.errors)
    try:
        return request.answer(result.data or {})
    except (LookupError, TypeError, ValueError, ArithmeticError) as error:
        raise UnreadableAnswerError(request.name, f"{type(error).__name__}: {error}") from error


def _request_error(errors: Any) -> RequestError:
    """gql passes on whatever the server sent as errors: usually mappings."""
    first = errors[0] if isinstance(errors, list) and errors else errors
    if not isinstance(first, Mapping):
        return RequestError(str(first or "The server reported an error without saying which."))
    extensions = first.get("extensions")
    code = extensions.get("code") if isinstance(extensions, Mapping) else None
    return RequestError(str(first.get("message", first)), str(code or ""))


def _refused(error: BaseException) -> ApiRefusedError | None:
    """The refusal where the server turned the connection away for good."""
    cause = error.__cause__
    if isinstance(cause, InvalidStatus):
        status = cause.response.status_code
        return ApiRefusedError(status, cause.response.reason_phrase, status in _TRY_LATER)
    closed = cause.rcvd if isinstance(cause, ConnectionClosed) else None
    if closed and closed.code in _FATAL_CLOSE_CODES:
        return ApiRefusedError(closed.code, closed.reason or "connection closed")
    return None


def _why(cause: BaseException) -> str:
    if isinstance(cause, ConnectionRefusedError):
        return "nobody listens there"
    return str(cause) or type(cause).__name__
