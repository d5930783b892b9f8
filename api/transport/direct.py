"""Writing to a client in one step, beside ASGI's `send`: a streamed token takes ten calls less.

Our server's connections offer it in the scope's `extensions`, where ASGI lets a server add to it;
under any other server it is missing there, and everything goes through `send`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar
from weakref import ref

from starlette.types import Scope

EXTENSION = "parley.write"

Write = Callable[[bytes], bool]
"""Writes a piece of a response's body, or a WebSocket's text in UTF-8. False where `send` has to be
asked: the client is gone, it reads too slowly, or the response has not begun."""

Connection = TypeVar("Connection")


def offer(scope: Any, connection: Connection, write: Callable[[Connection, bytes], bool]) -> None:
    """Offer `write` of the connection. The scope doesn't keep the connection, which has the scope:
    together they would stay until the collector comes, and it comes rarely."""
    scope.setdefault("extensions", {})[EXTENSION] = (ref(connection), write)


def offered(scope: Scope) -> Write:
    """What the server offers, or something that never writes."""
    reference, write = scope.get("extensions", {}).get(EXTENSION, (_nobody, None))
    connection = reference()
    return _not_written if connection is None else partial(write, connection)


def _nobody() -> None:
    return None


def _not_written(_: bytes) -> bool:
    return False
