"""A tiny schema behind the real endpoint, for what the product's own schema never does: break,
hang and flood."""

import asyncio
import socket
import threading
from collections.abc import AsyncGenerator
from types import SimpleNamespace
from typing import Any, Self

import strawberry
import uvicorn
from graphql import GraphQLError
from starlette.requests import HTTPConnection

from api.transport.endpoint import GraphQLEndpoint
from tests.servers import wait_until

SECRET = "sk-canary-in-an-exception"


class Sources:
    """What became of the sources that clients started."""

    def __init__(self) -> None:
        self.opened = 0
        self.closed = 0

    async def forever(self, text: str, pause: float) -> AsyncGenerator[str, None]:
        self.opened += 1
        try:
            while True:
                yield text
                await asyncio.sleep(pause)
        finally:
            self.closed += 1

    @property
    def all_closed(self) -> bool:
        return self.opened > 0 and self.opened == self.closed


@strawberry.type
class Query:
    @strawberry.field
    def fine(self) -> str:
        return "fine"

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError(f"{SECRET} in {__file__}")

    @strawberry.field
    def refused(self) -> str | None:
        raise GraphQLError("Not today.", extensions={"code": "NOT_TODAY"})

    @strawberry.field
    def impossible(self) -> str:
        return None  # type: ignore[return-value]


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def hang(self, info: strawberry.Info[Any, Any]) -> str:
        async for _ in info.context.sources.forever("", 0.01):
            pass
        return "never"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int) -> AsyncGenerator[int, None]:
        for number in range(to):
            yield number

    @strawberry.subscription
    async def breaks(self) -> AsyncGenerator[int, None]:
        yield 1
        raise RuntimeError(SECRET)

    @strawberry.subscription
    async def silence(self, info: strawberry.Info[Any, Any]) -> AsyncGenerator[str, None]:
        async for text in info.context.sources.forever("tick", 3600):
            yield text

    @strawberry.subscription
    async def flood(self, info: strawberry.Info[Any, Any]) -> AsyncGenerator[str, None]:
        async for text in info.context.sources.forever("x" * 65_536, 0):
            yield text

    @strawberry.subscription
    async def last_event(self, info: strawberry.Info[Any, Any]) -> AsyncGenerator[int | None, None]:
        yield info.context.last_event_id


schema = strawberry.Schema(Query, Mutation, Subscription)


class ToyServer:
    """The endpoint with the toy schema behind uvicorn, in a thread."""

    def __init__(self, **options: Any) -> None:
        self.sources = Sources()
        self.listener = socket.socket(proto=socket.IPPROTO_TCP)
        self.listener.bind(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        endpoint = GraphQLEndpoint(schema, self, **options)
        config = uvicorn.Config(endpoint, log_level="error", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([self.listener],), daemon=True
        )

    async def enter(self, _: HTTPConnection, params: Any = None) -> Any:
        return SimpleNamespace(sources=self.sources, last_event_id=None, counted_as="127.0.0.1")

    def watch(self, context: Any, end: Any) -> Any:
        return lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def connections(self) -> int:
        return len(self._server.server_state.connections)

    def __enter__(self) -> Self:
        self._thread.start()
        wait_until(lambda: self._server.started, what="start")
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive(), "the server did not stop"
