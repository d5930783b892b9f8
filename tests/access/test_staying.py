"""Who loses the right to be here leaves: sockets, streams and waiting requests, within seconds."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from api.access.key_store import KeyStore
from tests.access.conftest import MakeKey
from tests.access.doors import STREAM, bearer, close_code, get, post, subscribed
from tests.conftest import StartServer
from tests.durability.asking import MUTATION, chat_input
from tests.servers import LiveServer, wait_until
from tests.transport.wire import Wire, ask
from tests.upstream.server import FakeUpstream

End = Callable[[], object]


@pytest.fixture
def revoke(data_dir: Path) -> End:
    return lambda: KeyStore(data_dir).revoke("ada")


def test_a_revoked_key_opens_nothing_any_more(guarded: LiveServer, key: str, revoke: End) -> None:
    assert post(guarded.url, key).status == 200
    revoke()
    wait_until(lambda: post(guarded.url, key).status == 401, what="the end of the key")


def test_a_socket_closes_when_its_key_is_revoked(
    guarded: LiveServer, upstream: FakeUpstream, key: str, revoke: End
) -> None:
    upstream.numbered(9, gated=True)
    with subscribed(guarded.url, key) as socket:
        revoke()
        assert close_code(socket) == 4403


def test_a_socket_closes_when_its_key_expires(
    guarded: LiveServer, upstream: FakeUpstream, make_key: MakeKey, key: str
) -> None:
    upstream.numbered(9, gated=True)
    soon = make_key("soon", expires_at=time.time() + 4)
    wait_until(lambda: post(guarded.url, soon).status == 200, what="the new key")
    with subscribed(guarded.url, soon) as socket:
        assert close_code(socket) == 4403


@pytest.mark.parametrize("accept", ["text/event-stream", "multipart/mixed"])
def test_a_stream_ends_when_its_key_is_revoked(
    guarded: LiveServer, upstream: FakeUpstream, key: str, revoke: End, accept: str
) -> None:
    gate = upstream.numbered(9, gated=True)
    with Wire(guarded.url) as wire:
        wire.post("/graphql", STREAM, accept=accept, **bearer(key))
        wire.read_until(b"RunStarted")
        revoke()
        rest = wire.read_until(b"0\r\n\r\n")
    assert b"UNAUTHENTICATED" in rest
    assert b"RunCompleted" not in rest
    gate.open()  # the run itself goes on: it was asked for with a key that held
    upstream.wait_until(lambda: not upstream.active and not upstream.closed_early)


def test_a_request_that_waits_is_told(
    guarded: LiveServer, upstream: FakeUpstream, key: str, revoke: End
) -> None:
    upstream.numbered(9, gated=True)
    body = {"query": MUTATION, "variables": {"input": chat_input("Who?")}}
    with Wire(guarded.url) as wire:
        wire.post("/graphql", body, **bearer(key))
        upstream.wait_until(lambda: bool(upstream.requests))
        revoke()
        answer = wire.answer()
    assert answer.status == 401
    assert answer.json["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_another_key_stays(
    guarded: LiveServer, upstream: FakeUpstream, make_key: MakeKey, key: str, revoke: End
) -> None:
    gate = upstream.numbered(3, gated=True)
    other = make_key("bob")
    wait_until(lambda: post(guarded.url, other).status == 200, what="the new key")
    with subscribed(guarded.url, other) as socket:
        revoke()
        wait_until(lambda: post(guarded.url, key).status == 401, what="the end of the key")
        gate.open()
        kinds = []
        while not kinds or kinds[-1] != "complete":
            kinds.append(json.loads(socket.recv(timeout=20))["type"])


def test_the_first_key_shuts_a_server_that_was_open(
    start_server: StartServer, upstream: FakeUpstream, data_dir: Path, make_key: MakeKey
) -> None:
    server = start_server(openai_base_url=upstream.base_url, model="fake", data_dir=data_dir)
    assert get(server.url, None).status == 200
    key = make_key()
    wait_until(lambda: get(server.url, None).status == 401, what="the new key")
    assert get(server.url, key).status == 200


def test_a_server_whose_keys_cannot_be_read_keeps_those_it_knows(
    guarded: LiveServer, key: str, data_dir: Path
) -> None:
    (data_dir / "keys.sqlite3").write_bytes(b"no database" * 100)
    asked = threading.Event()
    end = time.monotonic() + 2
    while time.monotonic() < end and not asked.wait(0.1):
        assert ask(guarded.url, {"query": "{ contractVersion }"}).status == 401
    assert post(guarded.url, key).status == 200
