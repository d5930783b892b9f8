"""A client that leaves stops the work that was done for it: on every door, seen at the model."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.servers import LiveServer, wait_until
from tests.transport.toy import ToyServer
from tests.transport.wire import Wire
from tests.upstream.server import FakeUpstream

WITHIN = 1.0
"""Seconds until the model's server sees that nobody waits any more."""

SELECTION = "{ __typename ... on TextDelta { text } }"
SUBSCRIPTION = f"subscription($i: ChatInput!) {{ chat(input: $i) {SELECTION} }}"
MUTATION = "mutation($i: ChatInput!) { chat(input: $i) { __typename } }"


def variables(on_disconnect: str) -> dict[str, object]:
    history = [{"role": "USER", "content": "Go on and on."}]
    return {"i": {"history": history, "assistantId": "general", "onDisconnect": on_disconnect}}


Door = Callable[[LiveServer, str], AbstractContextManager[Any]]


def over_http(query: str, accept: str) -> Door:
    @contextmanager
    def asking(server: LiveServer, on_disconnect: str) -> Iterator[Wire]:
        with Wire(server.url) as wire:
            body = {"query": query, "variables": variables(on_disconnect)}
            yield wire.post("/graphql", body, accept=accept)

    return asking


@contextmanager
def over_json(server: LiveServer, on_disconnect: str) -> Iterator[Wire]:
    history = [{"role": "user", "content": "Go on and on."}]
    body = {"history": history, "assistant_id": "general", "on_disconnect": on_disconnect.lower()}
    with Wire(server.url) as wire:
        yield wire.post("/chat", body)


def over_websocket(query: str) -> Door:
    @contextmanager
    def asking(server: LiveServer, on_disconnect: str) -> Iterator[ClientConnection]:
        address = server.url.replace("http", "ws") + "/graphql"
        with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
            socket.send('{"type": "connection_init"}')
            socket.recv()
            payload = {"query": query, "variables": variables(on_disconnect)}
            socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
            yield socket

    return asking


DOORS = {
    "mutation": over_http(MUTATION, "application/json"),
    "json door": over_json,
    "event stream": over_http(SUBSCRIPTION, "text/event-stream"),
    "mutation on an event stream": over_http(MUTATION, "text/event-stream"),
    "multipart": over_http(SUBSCRIPTION, "multipart/mixed;subscriptionSpec=1.0"),
    "websocket": over_websocket(SUBSCRIPTION),
    "mutation on a websocket": over_websocket(MUTATION),
}


@pytest.mark.parametrize("door", DOORS)
def test_a_client_that_leaves_closes_the_upstream_where_it_asked_for_that(
    door: str, live_server: LiveServer, upstream: FakeUpstream
) -> None:
    gate = upstream.numbered(100, gated=True)
    with DOORS[door](live_server, "CANCEL"):
        gate.release(3)
        upstream.wait_until(lambda: upstream.tokens_sent == 3)
    upstream.wait_until(lambda: bool(upstream.closed_early), WITHIN)
    assert upstream.tokens_sent < 10


@pytest.mark.parametrize("door", DOORS)
def test_otherwise_the_run_goes_on_to_its_end(
    door: str, live_server: LiveServer, upstream: FakeUpstream
) -> None:
    gate = upstream.numbered(20, gated=True)
    with DOORS[door](live_server, "CONTINUE"):
        gate.release(3)
        upstream.wait_until(lambda: upstream.tokens_sent == 3)
    gate.open()
    upstream.wait_until(lambda: not upstream.active)
    assert upstream.tokens_sent == 20
    assert not upstream.closed_early


def test_completing_a_subscription_on_a_websocket_leaves_the_others_alone(
    live_server: LiveServer, upstream: FakeUpstream
) -> None:
    gates = [upstream.numbered(50, gated=True) for _ in range(2)]
    with DOORS["websocket"](live_server, "CANCEL") as socket:
        payload = {"query": SUBSCRIPTION, "variables": variables("CANCEL")}
        socket.send(json.dumps({"type": "subscribe", "id": "2", "payload": payload}))
        for gate in gates:
            gate.release(2)
        upstream.wait_until(lambda: upstream.tokens_sent == 4)
        socket.send('{"type": "complete", "id": "1"}')
        upstream.wait_until(lambda: len(upstream.closed_early) == 1, WITHIN)
        for gate in gates:
            gate.open()
        while json.loads(socket.recv())["type"] != "complete":
            pass
    assert len(upstream.closed_early) == 1


def test_a_client_that_leaves_while_it_sends_its_body_starts_nothing(toy: ToyServer) -> None:
    head = {"content-type": "application/json", "content-length": "1000"}
    with Wire(toy.url) as wire:
        wire.send("POST", "/graphql", head, b'{"query": "mutation { hang }"')
    with Wire(toy.url) as wire:
        assert wire.post("/graphql", {"query": "{ fine }"}).answer().status == 200
    assert toy.sources.opened == 0


def test_a_hundred_clients_that_leave_close_a_hundred_sources(toy: ToyServer) -> None:
    for accept in ("application/json", "text/event-stream") * 50:
        with Wire(toy.url) as wire:
            opened = toy.sources.opened
            wire.post("/graphql", {"query": "mutation { hang }"}, accept=accept)
            wait_until(lambda opened=opened: toy.sources.opened > opened)
    wait_until(lambda: toy.sources.closed == 100)
    assert toy.sources.opened == 100
