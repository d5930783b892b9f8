"""What a client may do to a connection beside sending whole requests one after another."""

import json
from contextlib import suppress

import pytest

from api.providers.scripted import ScriptedProvider
from api.transport.connections import HEAD_BYTES
from tests.conftest import StartServer
from tests.servers import LiveServer, wait_until
from tests.transport.test_leaving import SUBSCRIPTION, variables
from tests.transport.wire import Wire
from tests.upstream.server import FakeUpstream

GREETING = b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n"
FLOOD = 64 * HEAD_BYTES
"""Far more than the buffers of both ends hold."""


def flooded(server: LiveServer, begun: bytes) -> bytes:
    """What the server says to a request that goes on and on; it must end the connection."""
    with Wire(server.url) as wire:
        wire.socket.sendall(begun)
        sent = 0
        try:
            while sent < FLOOD * 8:
                wire.socket.sendall(b"x" * 65_536)
                sent += 65_536
        except ConnectionError:
            pass
        assert sent < FLOOD, "the server has taken it all"
        try:
            return wire.socket.recv(65_536)
        except ConnectionError:
            return b""  # reset, because what it sent was never read


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /",
        b"GET /healthz HTTP/1.1\r\nx-flood: ",
        b"GET /healthz HTTP/1.1\r\nx-",
        b"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n0\r\nx-trailer: ",
    ],
    ids=["address", "value", "name", "trailer"],
)
def test_a_head_that_never_ends_is_cut_off(shared_server: LiveServer, begun: bytes) -> None:
    assert flooded(shared_server, begun)[:12] in (b"", b"HTTP/1.1 431", b"HTTP/1.1 400")


def test_a_second_head_beside_a_stream_is_not_kept(
    live_server: LiveServer, upstream: FakeUpstream
) -> None:
    upstream.numbered(5, gated=True)
    body = json.dumps({"query": SUBSCRIPTION, "variables": variables("CANCEL")})
    head = (
        "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"accept: text/event-stream\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    flooded(live_server, (head + body).encode() + b"GET / HTTP/1.1\r\nx-flood: ")


def test_a_head_up_to_the_limit_is_read(shared_server: LiveServer) -> None:
    with Wire(shared_server.url) as wire:
        wire.socket.sendall(GREETING + b"x-long: " + b"x" * (HEAD_BYTES - 100) + b"\r\n\r\n")
        assert wire.answer().status == 200


def test_a_request_that_is_sent_before_the_answer_waits_for_another_connection(
    live_server: LiveServer, upstream: FakeUpstream
) -> None:
    """Pipelining: clients send again what was not answered (RFC 9112, section 9.3.2)."""
    gate = upstream.numbered(3, gated=True)
    with Wire(live_server.url) as wire:
        body = {"query": SUBSCRIPTION, "variables": variables("CONTINUE")}
        wire.post("/graphql", body, accept="text/event-stream")
        wire.read_until(b"RunStarted")
        wire.socket.sendall(GREETING + b"\r\n")
        gate.open()
        assert b"RunCompleted" in wire.read_until(b"event: complete")
        wire.read_until(b"0\r\n\r\n")
        assert wire.socket.recv(100) == b""


@pytest.mark.parametrize("at_once", [True, False])
def test_a_client_that_says_more_and_leaves_is_missed_all_the_same(
    live_server: LiveServer, upstream: FakeUpstream, at_once: bool
) -> None:
    gate = upstream.numbered(50, gated=True)
    body = json.dumps({"query": SUBSCRIPTION, "variables": variables("CANCEL")})
    head = (
        "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"accept: text/event-stream\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    more = GREETING + b"\r\n"
    with Wire(live_server.url) as wire:
        wire.socket.sendall((head + body).encode() + (more if at_once else b""))
        gate.release(3)
        upstream.wait_until(lambda: upstream.tokens_sent == 3)
        wire.socket.sendall(more)
    wait_until(lambda: bool(upstream.closed_early), 2)
    assert upstream.tokens_sent < 10


@pytest.mark.parametrize("path", ["/graphql", "/chat"])
def test_a_body_that_drips_does_not_buy_time(start_server: StartServer, path: str) -> None:
    """Slowloris: the whole body has its time, not each of its bytes."""
    server = start_server(ScriptedProvider(), body_timeout_seconds=0.5)
    with Wire(server.url) as wire:
        head = {"content-type": "application/json", "content-length": "100000"}
        wire.send("POST", path, head)
        wire.socket.settimeout(0.05)
        answer = b""
        for _ in range(400):
            wire.socket.sendall(b" ")
            with suppress(TimeoutError):
                answer = wire.socket.recv(65_536)
                break
    assert answer.startswith(b"HTTP/1.1 408")
