"""Tokens are written in one step where our server has the connection, and through `send` else."""

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from starlette.types import Message
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from api.transport import endpoint
from api.transport.direct import offer, offered
from api.transport.sending import PatientSend
from tests.servers import LiveServer
from tests.transport.test_lean_streams import ASKED
from tests.transport.wire import Wire
from tests.upstream.script import numbered
from tests.upstream.server import FakeUpstream

COUNT = 30


def over_http(accept: str) -> Callable[[LiveServer], str]:
    def ask(server: LiveServer) -> str:
        with Wire(server.url) as wire:
            wire.post("/graphql", ASKED.encode(), accept=accept)
            wire.read_head()
            return wire.chunks().decode()

    return ask


def over_websocket(server: LiveServer) -> str:
    address = server.url.replace("http", "ws") + "/graphql"
    frames = []
    with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        socket.send('{"type": "connection_init"}')
        socket.recv()
        socket.send(f'{{"type": "subscribe", "id": "1", "payload": {ASKED}}}')
        while '"complete"' not in (frame := str(socket.recv())):
            frames.append(frame)
    return "\n".join(frames)


WAYS = {
    "SSE": over_http("text/event-stream"),
    "multipart": over_http("multipart/mixed;subscriptionSpec=1.0"),
    "WebSocket": over_websocket,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("direct", [True, False])
def test_tokens_take_the_short_way_where_there_is_one(
    live_server: LiveServer,
    upstream: FakeUpstream,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    direct: bool,
) -> None:
    sent: list[Message] = []
    begin = PatientSend.begin

    def noted(self: PatientSend, message: Message) -> Any:
        sent.append(message)
        return begin(self, message)

    monkeypatch.setattr(PatientSend, "begin", noted)
    if not direct:
        monkeypatch.setattr(endpoint, "offered", lambda scope: offered({}))
    upstream.numbered(COUNT, rate=100.0)
    answer = WAYS[way](live_server)
    places = [answer.index(f'"{token}"') for token in numbered(COUNT)]
    assert places == sorted(places)
    assert len(sent) < COUNT / 2 if direct else len(sent) >= COUNT


def test_an_offer_does_not_keep_the_connection() -> None:
    class Connection:
        def write(self, data: bytes) -> bool:
            return bool(data)

    connection = Connection()
    scope: dict[str, Any] = {"connection": connection}
    offer(scope, connection, Connection.write)
    assert offered(scope)(b"x")
    del scope["connection"]
    gone = weakref.ref(connection)
    gc.disable()
    try:
        del connection
        assert gone() is None
    finally:
        gc.enable()
    assert not offered(scope)(b"x")
