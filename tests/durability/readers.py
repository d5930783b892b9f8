"""Clients as small as can be, one for each transport: they follow runs and can be cut anywhere."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.durability.asking import ENDS, FOLLOW, Ask, CutError, Event

Read = Callable[[aiohttp.ClientSession, str, Ask], AsyncGenerator[Event, None]]


async def over_sse(http: aiohttp.ClientSession, url: str, ask: Ask) -> AsyncGenerator[Event, None]:
    """Server-Sent Events; every frame of an event carries its number."""
    async with _posted(http, url, ask, "text/event-stream") as response:
        name = number = ""
        async for line in response.content:
            key, _, value = line.decode().rstrip("\r\n").partition(": ")
            if key == "event":
                name = value
            elif key == "id":
                number = value
            elif key == "data" and name == "complete":
                return
            elif key == "data":
                event = _event(json.loads(value))
                assert number == str(event["seq"])
                yield event
    raise CutError


async def over_multipart(
    http: aiohttp.ClientSession, url: str, ask: Ask
) -> AsyncGenerator[Event, None]:
    """Multipart, as Apollo's clients read subscriptions."""
    accept = "multipart/mixed;subscriptionSpec=1.0"
    async with _posted(http, url, ask, accept) as response:
        async for line in response.content:
            if line.startswith(b"--graphql--"):
                return
            if line.startswith(b'{"payload"'):
                yield _event(json.loads(line)["payload"])
    raise CutError


async def over_websocket(
    http: aiohttp.ClientSession, url: str, ask: Ask
) -> AsyncGenerator[Event, None]:
    """`graphql-transport-ws`; leaving cuts the connection without a word."""
    address = url.replace("http", "ws") + "/graphql"
    protocol = Subprotocol("graphql-transport-ws")
    try:
        socket = await connect(
            address,
            subprotocols=[protocol],
            additional_headers=http.headers,
            compression=None,
            proxy=None,
            max_size=None,
        )
    except (OSError, EOFError, ConnectionClosed) as error:
        raise CutError from error
    payload = {"query": ask.query, "variables": ask.variables}
    try:
        await socket.send('{"type": "connection_init"}')
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "next":
                yield _event(message["payload"])
            elif message["type"] == "ping":
                await socket.send('{"type": "pong"}')
            elif message["type"] == "complete":
                return
            else:
                assert message["type"] == "connection_ack", message
    except ConnectionClosed as error:
        raise CutError from error
    finally:
        socket.transport.abort()
    raise CutError


READS: dict[str, Read] = {
    "sse": over_sse,
    "websocket": over_websocket,
    "multipart": over_multipart,
}

WAYS = [*READS, "event source"]
"""The transports, and the way of a plain event source, which resumes by `Last-Event-ID`."""


@dataclass(slots=True)
class Reader:
    """A client of one run: it keeps what it has seen and resumes behind it."""

    http: aiohttp.ClientSession
    url: str
    run_id: str
    events: list[Event] = field(default_factory=list)
    cuts: int = 0

    @property
    def ended(self) -> bool:
        return bool(self.events) and self.events[-1]["__typename"] in ENDS

    @property
    def last_seq(self) -> int | None:
        return self.events[-1]["seq"] if self.events else None

    @property
    def text(self) -> str:
        return text_of(self.events)

    async def read(self, way: str, at_most: int | None = None) -> None:
        """Resume over `way` and read to the end of the stream, or so many events, then be cut."""
        wanted = None if at_most is None else len(self.events) + at_most
        async with aclosing(self._resumed(way)) as events:
            async for event in events:
                self.events.append(event)
                if len(self.events) == wanted and not self.ended:
                    self.cuts += 1
                    return

    def _resumed(self, way: str) -> AsyncGenerator[Event, None]:
        if way == "event source" and self.last_seq is not None:
            ask = Ask(FOLLOW, {"id": self.run_id}, last_event_id=self.last_seq)
        else:
            ask = Ask(FOLLOW, {"id": self.run_id, "after": self.last_seq})
        return READS.get(way, over_sse)(self.http, self.url, ask)


def text_of(events: Sequence[Event]) -> str:
    """What the deltas say together."""
    return "".join(event.get("text", "") for event in events)


@asynccontextmanager
async def _posted(
    http: aiohttp.ClientSession, url: str, ask: Ask, accept: str
) -> AsyncIterator[aiohttp.ClientResponse]:
    headers = {"accept": accept}
    if ask.last_event_id is not None:
        headers["last-event-id"] = str(ask.last_event_id)
    body = {"query": ask.query, "variables": ask.variables}
    try:
        response = await http.post(f"{url}/graphql", json=body, headers=headers)
        try:
            assert response.status == 200, await response.text()
            yield response
        finally:
            response.close()  # cuts the connection, wherever the stream is
    except (aiohttp.ClientError, ConnectionError) as error:
        raise CutError from error


def _event(payload: dict[str, Any]) -> Event:
    assert "errors" not in payload, payload
    (event,) = payload["data"].values()
    return dict(event)
