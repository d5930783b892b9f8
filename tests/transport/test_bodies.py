"""Request bodies: how large, how slow, how broken they may be."""

import json

import pytest

from api.transport.limits import Limits
from tests.servers import LiveServer
from tests.transport.conftest import StartToy
from tests.transport.toy import ToyServer
from tests.transport.wire import Wire, ask

JSON_HEAD = {"content-type": "application/json"}
DEEP = b'{"query": "{ fine }", "variables": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def test_a_body_at_the_limit_is_read_and_one_byte_more_is_not(toy: ToyServer) -> None:
    body = json.dumps({"query": "{ fine }"}).encode()
    assert ask(toy.url, body.ljust(1_048_576)).json == {"data": {"fine": "fine"}}
    answer = ask(toy.url, body.ljust(1_048_577))
    assert answer.status == 413
    assert answer.json["errors"][0]["extensions"]["code"] == "BODY_TOO_LARGE"


@pytest.mark.parametrize("path", ["/graphql", "/chat"])
def test_a_body_that_says_it_is_too_large_is_refused_unread(
    path: str, shared_server: LiveServer
) -> None:
    with Wire(shared_server.url) as wire:
        wire.send("POST", path, JSON_HEAD | {"content-length": "100000000"})
        assert wire.answer().status == 413
        assert wire.ends()


@pytest.mark.parametrize("path", ["/graphql", "/chat"])
def test_a_body_that_grows_past_the_limit_is_refused(path: str, shared_server: LiveServer) -> None:
    with Wire(shared_server.url) as wire:
        wire.send("POST", path, JSON_HEAD | {"content-length": "", "transfer-encoding": "chunked"})
        chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
        for _ in range(17):
            wire.socket.sendall(chunk)
        assert wire.answer().status == 413


def test_a_body_that_does_not_arrive_in_time_is_refused(start_toy: StartToy) -> None:
    toy = start_toy(limits=Limits(body_seconds=0.05))
    with Wire(toy.url) as wire:
        wire.send("POST", "/graphql", JSON_HEAD | {"content-length": "50"}, b'{"query"')
        answer = wire.answer()
    assert answer.status == 408
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("path", ["/graphql", "/chat"])
@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"null", "body"),
        (b"1", "body"),
        (b"[]", "body"),
        (b'"text"', "body"),
        (b"", "JSON"),
        (b"{", "JSON"),
        (b'{"query": NaN}', "NaN"),
        (b'{"query": "\xff"}', "UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (DEEP, "nested too deeply"),
        (b"9" * 5_000, "JSON"),
        (b"{}", ""),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else "",
)
def test_a_broken_body_is_explained(
    path: str, body: bytes, told: str, shared_server: LiveServer
) -> None:
    answer = ask(shared_server.url, body, path)
    assert answer.status in (400, 422)
    shown = answer.json.get("errors", [{}])[0].get("message") or answer.json["problem"]["reason"]
    assert told in shown
    assert b"Traceback" not in answer.body and b".py" not in answer.body


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "query"),
        ({"query": ""}, "query"),
        ({"query": 1}, "query"),
        ({"query": ["{ fine }"]}, "query"),
        ({"query": "{ fine }", "variables": []}, "variables"),
        ({"query": "{ fine }", "variables": "{}"}, "variables"),
        ({"query": "{ fine }", "operationName": {}}, "operationName"),
        ({"query": "{ fine }", "extensions": 1}, "extensions"),
        ([{"query": "{ fine }"}], "batches"),
    ],
)
def test_a_field_of_the_wrong_type_is_named(toy: ToyServer, body: object, field: str) -> None:
    answer = ask(toy.url, body)
    assert answer.status == 400
    assert field in answer.json["errors"][0]["message"]


@pytest.mark.parametrize(
    "address", ["query=%ff", "query={fine}&variables={", "query={fine}&variables=[]", "", "query"]
)
def test_a_broken_address_is_explained(toy: ToyServer, address: str) -> None:
    with Wire(toy.url) as wire:
        answer = wire.send("GET", f"/graphql?{address}").answer()
    assert answer.status == 400
    assert answer.json["errors"][0]["message"]


def test_lone_surrogates_in_a_query_are_answered_in_valid_utf8(toy: ToyServer) -> None:
    for value in (
        {"query": "{ \ud800 }"},
        {"query": '{ fine(a: "\ud800") }'},
        {"query": "{ fine }", "operationName": "\ud800"},
    ):
        assert ask(toy.url, value).json["errors"]
