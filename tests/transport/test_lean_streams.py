"""A stream that goes on doesn't keep what it was asked with: a history may have megabytes."""

import gc
import json
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from api.contract.types import Message, MessageInput
from api.providers.base import Turn
from tests.servers import LiveServer, wait_until
from tests.transport.wire import Wire
from tests.upstream.server import FakeUpstream

MESSAGES = 101
MARK = "Keep nothing of this."
QUERY = "subscription($i: ChatInput!) { chat(input: $i) { __typename ... on TextDelta { text } } }"
ROLES = ["USER", "ASSISTANT"] * (MESSAGES // 2) + ["USER"]
HISTORY = tuple({"role": role, "content": MARK} for role in ROLES)
ASKED = json.dumps(
    {"query": QUERY, "variables": {"i": {"history": HISTORY, "assistantId": "general"}}}
)


def kept() -> list[list[Any]]:
    """The histories in this process, which is the server's too; not those that the model has."""
    gc.unfreeze()  # a server freezes what is there when it has started
    gc.collect()
    lists = (each for each in gc.get_objects() if isinstance(each, list) and len(each) >= MESSAGES)
    return [each for each in lists if _is_of_a_request(each[-1])]


def _is_of_a_request(message: object) -> bool:
    if isinstance(message, dict):
        return message.get("content") == MARK and message.get("role") != "user"
    return isinstance(message, MessageInput | Message | Turn) and message.content == MARK


@pytest.fixture
def streaming(live_server: LiveServer, upstream: FakeUpstream) -> Iterator[LiveServer]:
    """A server, and a model that says two words and waits."""
    gate = upstream.numbered(100, gated=True)
    gate.release(2)
    yield live_server
    gate.open()


@pytest.mark.parametrize("accept", ["text/event-stream", "multipart/mixed;subscriptionSpec=1.0"])
def test_a_stream_over_http_keeps_no_history(streaming: LiveServer, accept: str) -> None:
    with Wire(streaming.url) as wire:
        wire.post("/graphql", ASKED.encode(), accept=accept)
        wire.read_until(b"t1")
        wait_until(lambda: not kept(), what="the history to be dropped")


def test_a_stream_over_a_websocket_keeps_no_history(streaming: LiveServer) -> None:
    address = streaming.url.replace("http", "ws") + "/graphql"
    with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        socket.send('{"type": "connection_init"}')
        socket.recv()
        socket.send(f'{{"type": "subscribe", "id": "1", "payload": {ASKED}}}')
        while "t1" not in str(socket.recv()):
            continue
        wait_until(lambda: not kept(), what="the history to be dropped")


def test_what_is_looked_for_would_be_found() -> None:
    raw = json.loads(ASKED)["variables"]["i"]["history"]
    assert any(each is raw for each in kept())
    made = [Turn("user", MARK) for _ in HISTORY]
    assert any(each is made for each in kept())
