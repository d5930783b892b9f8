"""With keys, every door needs one; without, a server of this machine stays as easy as ever."""

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.access.conftest import MakeKey
from tests.access.doors import HTTP, STREAM, bearer, close_code, opened, post
from tests.conftest import StartServer
from tests.servers import LiveServer
from tests.transport.wire import Answer, Wire, ask
from tests.upstream.server import FakeUpstream

WRONG = "parley_aaaaaaaa_" + "x" * 43
BAD = {
    "none": None,
    "unknown": WRONG,
    "garbage": "x",
    "sql": "parley_'--_x",
    "not a key": "eyJhbGciOiJub25lIn0.e30.",
}


@pytest.mark.parametrize("credential", sorted(BAD))
@pytest.mark.parametrize("door", sorted(HTTP))
def test_a_door_stays_shut_without_a_key_that_holds(
    guarded: LiveServer, upstream: FakeUpstream, door: str, credential: str
) -> None:
    answer = HTTP[door](guarded.url, BAD[credential])
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    said = answer.json
    if door == "chat":
        assert said["problem"]["type"] == "Unauthenticated"
    else:
        assert said["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert upstream.requests == []


@pytest.mark.parametrize("door", sorted(HTTP))
def test_a_door_opens_with_the_key(
    guarded: LiveServer, upstream: FakeUpstream, key: str, door: str
) -> None:
    upstream.reply("Me.")
    assert HTTP[door](guarded.url, key).status == 200


@pytest.mark.parametrize(
    ("payload", "headers"),
    [
        (lambda key: {"authorization": f"Bearer {key}"}, lambda key: {}),
        (lambda key: {"Authorization": f"bearer {key}"}, lambda key: {}),
        (lambda key: {"headers": {"Authorization": f"Bearer {key}"}}, lambda key: {}),
        (lambda key: {}, bearer),
    ],
    ids=["payload", "capital", "nested", "upgrade"],
)
def test_a_socket_opens_with_the_key(
    guarded: LiveServer, key: str, payload: Any, headers: Any
) -> None:
    with opened(guarded.url, payload(key), headers(key)) as socket:
        assert json.loads(socket.recv(timeout=20))["type"] == "connection_ack"


@pytest.mark.parametrize(
    "payload",
    [{}, {"authorization": WRONG}, {"authorization": f"Bearer {WRONG}"}, {"authorization": {}}],
    ids=["none", "no bearer", "unknown", "object"],
)
def test_a_socket_closes_without_a_key_that_holds(guarded: LiveServer, payload: Any) -> None:
    with opened(guarded.url, payload) as socket:
        assert close_code(socket) == 4403


def test_nothing_is_subscribed_before_the_introduction(guarded: LiveServer, key: str) -> None:
    with opened(guarded.url, {}, bearer(WRONG)) as socket:
        with suppress(ConnectionClosed):  # it may be closed by now
            socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": STREAM}))
        assert close_code(socket) == 4403


def test_what_holds_no_secret_stays_open(guarded: LiveServer) -> None:
    for path in ("/", "/healthz", "/readyz", "/app/"):
        with Wire(guarded.url) as wire:
            answer = wire.send("GET", path).answer()
            assert answer.status in (200, 503), path  # 503: the page is not built


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/graphql", {"host": "localhost"}),
        ("/graphql", {"host": "127.0.0.1"}),
        ("/graphql", {"host": "evil.example", "origin": "http://evil.example"}),
        ("/graphql", {"x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1"}),
        ("/graphql", {"x-forwarded-host": "localhost", "forwarded": "for=127.0.0.1"}),
        ("/graphql", {"x-original-url": "/healthz", "x-rewrite-url": "/healthz"}),
        ("//graphql", {}),
        ("/graphql/", {}),
        ("/%67raphql", {}),
        ("/GRAPHQL", {}),
        ("/healthz/../graphql", {}),
        ("/graphql;/healthz", {}),
        ("/graphql?key=", {}),
        ("/chat/", {}),
        ("//chat", {}),
        ("/%63hat", {}),
    ],
)
def test_host_and_path_do_not_change_who_may_enter(
    guarded: LiveServer, upstream: FakeUpstream, path: str, headers: dict[str, str]
) -> None:
    body = json.dumps(STREAM if "raph" in path.lower() else {"history": []}).encode()
    with Wire(guarded.url) as wire:
        wire.send("POST", path, {"content-type": "application/json", **headers}, body)
        assert wire.answer().status in (401, 403, 404, 405, 307)
    assert upstream.requests == []


def test_a_key_in_the_address_or_a_cookie_is_none(guarded: LiveServer, key: str) -> None:
    with Wire(guarded.url) as wire:
        path = f"/graphql?query={{contractVersion}}&authorization=Bearer%20{key}&key={key}"
        assert wire.send("GET", path, {"cookie": f"authorization={key}"}).answer().status == 401


def test_two_credentials_are_none(guarded: LiveServer, key: str) -> None:
    with Wire(guarded.url) as wire:
        head = f"GET /graphql?query={{contractVersion}} HTTP/1.1\r\nhost: {wire.host}\r\n"
        both = f"authorization: Bearer {WRONG}\r\nauthorization: Bearer {key}\r\n\r\n"
        wire.socket.sendall((head + both).encode())
        assert wire.answer().status == 401


def test_an_expired_key_opens_nothing(guarded: LiveServer, make_key: MakeKey, key: str) -> None:
    late = make_key("late", expires_at=time.time() - 1)
    assert post(guarded.url, late).status == 401
    assert post(guarded.url, key).status == 200


def test_a_local_server_without_keys_needs_none(live_server: LiveServer) -> None:
    for name in ("localhost", "127.0.0.1:80", "[::1]", "chat.localhost"):
        assert ask(live_server.url, {"query": "{ contractVersion }"}, host=name).status == 200
    assert post(live_server.url, "whatever").status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "[::1", "[x]", "[v1.]"]
)
def test_a_name_that_leads_here_is_not_this_machine(live_server: LiveServer, host: str) -> None:
    with Wire(live_server.url) as wire:
        path = "/graphql?query={contractVersion}"
        answer = wire.send("GET", path, {"host": host}).answer()
    assert (answer.status, code(answer)) == (403, "FORBIDDEN_HOST")


def test_a_listed_origin_may_be_the_servers_name(
    start_server: StartServer, upstream: FakeUpstream
) -> None:
    server = start_server(
        openai_base_url=upstream.base_url, model="fake", allowed_origins=("http://parley.test",)
    )
    with Wire(server.url) as wire:
        path = "/graphql?query={contractVersion}"
        assert wire.send("GET", path, {"host": "parley.test"}).answer().status == 200


def code(answer: Answer) -> str:
    found: str = answer.json["errors"][0]["extensions"]["code"]
    return found
