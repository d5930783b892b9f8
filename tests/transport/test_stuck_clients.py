"""A client that never reads is cut off past the send deadline, on every stream."""

import json
import sys

import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from api.transport.limits import Limits
from api.transport.sending import drop_stuck
from tests.servers import DEADLINE, wait_until
from tests.transport.conftest import StartToy
from tests.transport.wire import Wire, ask

FLOOD = {"query": "subscription { flood }"}
IMPATIENT = Limits(send_seconds=0.2)


@pytest.mark.parametrize("accept", ["text/event-stream", "multipart/mixed"])
def test_a_stream_that_nobody_reads_ends_at_the_deadline(start_toy: StartToy, accept: str) -> None:
    toy = start_toy(limits=IMPATIENT)
    with Wire(toy.url, receive_buffer=4096) as wire:
        wire.post("/graphql", FLOOD, accept=accept)
        wait_until(lambda: toy.sources.all_closed)
        assert ask(toy.url, {"query": "{ fine }"}).status == 200
        assert wire.ends()


def test_a_websocket_that_nobody_reads_ends_at_the_deadline(start_toy: StartToy) -> None:
    toy = start_toy(limits=IMPATIENT)
    wire = Wire(toy.url, receive_buffer=4096)
    with connect(
        toy.url.replace("http", "ws"),
        sock=wire.socket,
        subprotocols=[Subprotocol("graphql-transport-ws")],
        compression=None,
        max_queue=1,
        ping_interval=None,
        close_timeout=0.1,
    ) as socket:
        socket.send('{"type": "connection_init"}')
        socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": FLOOD}))
        wait_until(lambda: toy.sources.all_closed)
        assert ask(toy.url, {"query": "{ fine }"}).status == 200


@pytest.mark.skipif(sys.platform != "linux", reason="the option is Linux's own")
def test_the_connection_of_a_client_that_never_reads_does_not_stay(start_toy: StartToy) -> None:
    toy = start_toy(limits=IMPATIENT)
    drop_stuck(toy.listener, IMPATIENT.send_seconds)
    with Wire(toy.url, receive_buffer=4096) as wire:
        wire.post("/graphql", FLOOD, accept="text/event-stream")
        wait_until(lambda: toy.sources.all_closed)
        wait_until(lambda: toy.connections == 0)


def test_a_slow_client_that_reads_is_served_on(start_toy: StartToy) -> None:
    toy = start_toy(limits=Limits(send_seconds=DEADLINE))
    with Wire(toy.url, receive_buffer=4096) as wire:
        wire.post("/graphql", FLOOD, accept="text/event-stream")
        for _ in range(100):
            wire.read_until(b"event: next")
        assert toy.sources.closed == 0
    wait_until(lambda: toy.sources.all_closed)
