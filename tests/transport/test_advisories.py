"""What went wrong in servers of this kind before, one rule each; access has its own in
`tests/access`, what documents may cost is in `test_documents.py`."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from api.schema import schema
from tests.servers import LiveServer
from tests.transport.wire import Wire, ask
from tests.upstream.server import FakeUpstream

EVIL = "https://evil.example"
MUTATION = """mutation { startRun(input: {assistantId: "general",
  history: [{role: USER, content: "Pay me."}]}) { __typename } }"""
OPERATIONS = json.dumps({"query": MUTATION, "variables": {}})
CHAT = json.dumps({"history": [{"role": "user", "content": "Pay me."}]})
MULTIPART = (
    '--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{}\r\n'
    '--b\r\ncontent-disposition: form-data; name="map"\r\n\r\n{{}}\r\n--b--\r\n'
)


def address(server: LiveServer) -> str:
    return server.url.replace("http", "ws") + "/graphql"


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "multipart/form-data; boundary=application/json",
        "application/jsonp",
        "application/graphql",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/graphql", "/chat"])
def test_a_form_of_another_site_starts_nothing(
    live_server: LiveServer, upstream: FakeUpstream, path: str, content_type: str
) -> None:
    """CSRF: forms and text need no permission of the browser (GHSA-9p8x-f768-wp2g and others)."""
    text = OPERATIONS if path == "/graphql" else CHAT
    body = MULTIPART.format(text) if content_type.startswith("multipart") else text
    with Wire(live_server.url) as wire:
        wire.send("POST", path, {"content-type": content_type}, body.encode())
        assert wire.answer().status == 415
    assert not upstream.requests


def test_a_link_or_an_image_of_another_site_starts_nothing(
    live_server: LiveServer, upstream: FakeUpstream
) -> None:
    """CSRF by GET: mutations need POST, and a stream needs the page's own origin."""
    stream = MUTATION.replace("mutation", "subscription").replace("startRun", "chat")
    for query, status in ((MUTATION, 405), (stream, 403)):
        with Wire(live_server.url) as wire:
            path = "/graphql?query=" + "".join(f"%{byte:02x}" for byte in query.encode())
            headers = {"sec-fetch-site": "cross-site"} if status == 403 else {}
            headers["accept"] = "text/event-stream, application/json"
            assert wire.send("GET", path, headers).answer().status == status
    assert not upstream.requests


def test_a_page_of_another_origin_opens_no_websocket(shared_server: LiveServer) -> None:
    """Cross-site WebSocket hijacking: browsers ask nobody before a handshake."""
    for origin in (EVIL, "null", f"{shared_server.url}.evil.example"):
        with (
            pytest.raises(InvalidStatus) as refused,
            connect(
                address(shared_server),
                origin=Origin(origin),
                subprotocols=[Subprotocol("graphql-transport-ws")],
            ),
        ):
            pass
        assert refused.value.response.status_code == 403


def test_no_answer_lets_a_foreign_page_read_with_credentials(shared_server: LiveServer) -> None:
    for path in ("/graphql", "/chat", "/", "/docs"):
        with Wire(shared_server.url) as wire:
            asked = {"origin": EVIL, "access-control-request-method": "POST"}
            headers = wire.send("OPTIONS", path, asked).read_head().headers
            assert not [name for name in headers if name.startswith("access-control-allow")]


def test_the_legacy_subprotocol_is_refused_before_anything_is_read(
    shared_server: LiveServer,
) -> None:
    """CVE-2026-35523: its handler started operations without an introduction."""
    with connect(address(shared_server), subprotocols=[Subprotocol("graphql-ws")]) as socket:
        assert socket.subprotocol is None
        with pytest.raises(ConnectionClosed) as closed:
            socket.send(json.dumps({"type": "start", "id": "1", "payload": {"query": MUTATION}}))
            socket.recv(timeout=10)
        assert closed.value.rcvd and closed.value.rcvd.code == 4406


def test_an_operation_without_an_introduction_is_refused(
    live_server: LiveServer, upstream: FakeUpstream
) -> None:
    with connect(
        address(live_server), subprotocols=[Subprotocol("graphql-transport-ws")]
    ) as socket:
        payload = {"query": MUTATION}
        socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
        assert closed.value.rcvd and closed.value.rcvd.code == 4401
    assert not upstream.requests


def static_files(server: LiveServer) -> Iterator[str]:
    yield "/docs/files/swagger-ui-bundle.js"
    with Wire(server.url) as wire:
        page = wire.send("GET", "/app/").answer().body.decode()
    yield "/app/" + page.split('src="')[1].split('"')[0].removeprefix("/app/").removeprefix("./")


RANGES = [
    "bytes=" + ",".join(["0-"] * 2_000),
    "bytes=" + ",".join(f"{i}-{i}" for i in range(0, 8_000, 2)),
    "bytes=" + ",".join(f"-{i}" for i in range(1, 4_000)),
    "bytes=0-0,-1," + "," * 10_000,
    "bytes=99999999999999999999-",
    "bytes=5-1",
    "bytes=-0",
    "bytes=--1",
    "bytes=\x00",
    "parrots=0-1",
    "bytes=" + "9" * 10_000 + "-",
]


@pytest.mark.parametrize("asked", RANGES, ids=lambda text: repr(text[:24]))
def test_a_hostile_range_costs_no_more_than_the_file(shared_server: LiveServer, asked: str) -> None:
    """CVE-2025-62727: merging many ranges took quadratic time."""
    for path in static_files(shared_server):
        with Wire(shared_server.url) as wire:
            whole = int(wire.send("HEAD", path).read_head().headers["content-length"])
        with Wire(shared_server.url) as wire:
            head = wire.send("GET", path, {"range": asked}).read_head()
        assert head.status in (200, 206, 400, 416)
        assert int(head.headers.get("content-length", 0)) <= 2 * whole


@pytest.mark.parametrize(
    "path",
    [
        "/app/../../../../etc/passwd",
        "/app/..%2f..%2f..%2fetc%2fpasswd",
        "/app/%2e%2e/%2e%2e/pyproject.toml",
        "/docs/files/..%5c..%5cpyproject.toml",
        "/docs/files//etc/passwd",
        "/app/%00",
        "/app/" + "a/" * 2_000,
    ],
)
def test_a_path_leads_to_no_other_file(shared_server: LiveServer, path: str) -> None:
    with Wire(shared_server.url) as wire:
        answer = wire.send("GET", path).read_head()
    assert answer.status in (200, 400, 404, 405)
    with Wire(shared_server.url) as wire:
        body = wire.send("GET", path).read_until(b"\r\n\r\n")
    assert b"root:" not in body and b"[project]" not in body


def input_names() -> set[str]:
    """Every name that a client can fill: input fields and arguments."""
    names: set[str] = set()
    for type_ in schema._schema.type_map.values():
        if type_.name.startswith("__"):
            continue
        if isinstance(type_, GraphQLInputObjectType):
            names |= type_.fields.keys()
        elif isinstance(type_, GraphQLObjectType):
            names |= {name for field in type_.fields.values() for name in field.args}
    return names


def test_no_input_is_a_path_or_an_address() -> None:
    """What a client could name, it could make the server read or call."""
    assert {"history", "content", "id"} <= input_names()
    for name in input_names():
        for word in ("url", "uri", "path", "file", "host", "base", "endpoint", "proxy", "header"):
            assert word not in name.lower(), name


@pytest.mark.parametrize("name", ["baseUrl", "base_url", "apiKey", "api_base", "endpoint"])
def test_no_request_chooses_where_the_key_is_sent(
    live_server: LiveServer, upstream: FakeUpstream, name: str
) -> None:
    with FakeUpstream() as other:
        history = [{"role": "USER", "content": "x"}]
        query = "mutation($i: ChatInput!) { chat(input: $i) { __typename } }"
        for extra in ({name: other.base_url}, {"settings": {name: other.base_url}}):
            body = {"query": query, "variables": {"i": {"history": history, **extra}}}
            answer = ask(live_server.url, body)
            assert answer.json["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        chat: dict[str, Any] = {"history": [{"role": "user", "content": "x"}]}
        assert ask(live_server.url, chat | {name: other.base_url}, "/chat").status == 422
        headers = {
            name.replace("_", ""): other.base_url,
            "openai_base_url": other.base_url,
            "x_forwarded_host": f"127.0.0.1:{other.port}",
            "x_original_url": other.base_url,
        }
        ask(live_server.url, chat | {"assistant_id": "general"}, "/chat", **headers)
        assert other.connections == 0
    assert len(upstream.requests) == 1
