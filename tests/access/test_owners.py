"""A run belongs to who started it: to others it doesn't exist, on any door."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from api.runs import sqlite_rows
from tests.access.conftest import MakeKey
from tests.access.doors import bearer, opened, post, subscribed
from tests.durability.asking import CANCEL, FOLLOW, RUN, START, chat_input
from tests.servers import LiveServer, wait_until
from tests.transport.wire import Wire, ask
from tests.upstream.server import FakeUpstream

UNKNOWN = "0" * 32


@pytest.fixture
def other(make_key: MakeKey, guarded: LiveServer) -> str:
    key = make_key("bob")
    wait_until(lambda: post(guarded.url, key).status == 200, what="the new key")
    return key


def asked(url: str, key: str, query: str, **variables: Any) -> Any:
    answer = ask(url, {"query": query, "variables": variables}, **bearer(key)).json
    (value,) = answer["data"].values()
    return value


def started(url: str, key: str, **more: Any) -> str:
    run = asked(url, key, START, input=chat_input("Who?", **more))
    assert run["__typename"] == "Run", run
    run_id: str = run["id"]
    return run_id


def found(url: str, key: str, run_id: str) -> Any:
    return asked(url, key, RUN, id=run_id)


def cancelled(url: str, key: str, run_id: str) -> Any:
    return asked(url, key, CANCEL, id=run_id)


def followed_over(accept: str) -> Callable[[str, str, str], Any]:
    def followed(url: str, key: str, run_id: str) -> Any:
        body = {"query": FOLLOW, "variables": {"id": run_id}}
        with Wire(url) as wire:
            wire.post("/graphql", body, accept=accept, **bearer(key))
            text = wire.read_until(b"0\r\n\r\n").decode()
        (line,) = [line for line in text.splitlines() if '"RunFailed"' in line]
        event = json.loads(line[line.index("{") :])
        return event.get("payload", event)["data"]["run"]["problem"]

    return followed


def followed_on_a_socket(url: str, key: str, run_id: str) -> Any:
    body = {"query": FOLLOW, "variables": {"id": run_id}}
    with opened(url, bearer(key)) as socket:
        assert json.loads(socket.recv(timeout=20))["type"] == "connection_ack"
        socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": body}))
        return json.loads(socket.recv(timeout=20))["payload"]["data"]["run"]["problem"]


WAYS: dict[str, Callable[[str, str, str], Any]] = {
    "read": found,
    "cancel": cancelled,
    "SSE": followed_over("text/event-stream"),
    "multipart": followed_over("multipart/mixed"),
    "WebSocket": followed_on_a_socket,
}


@pytest.mark.parametrize("way", sorted(WAYS))
def test_anothers_run_is_answered_like_one_that_never_was(
    guarded: LiveServer, upstream: FakeUpstream, key: str, other: str, way: str
) -> None:
    gate = upstream.numbered(3, gated=True)
    run_id = started(guarded.url, key)
    theirs, none = (WAYS[way](guarded.url, other, each) for each in (run_id, UNKNOWN))
    assert theirs["__typename"] == "RunNotFound"
    assert json.dumps(theirs).replace(run_id, UNKNOWN) == json.dumps(none)
    gate.open()
    wait_until(lambda: found(guarded.url, key, run_id)["status"] == "COMPLETED")
    assert WAYS[way](guarded.url, other, run_id)["__typename"] == "RunNotFound"


def test_the_owner_finds_the_run_on_every_connection(
    guarded: LiveServer, upstream: FakeUpstream, key: str
) -> None:
    upstream.numbered(9, gated=True)
    run_id = started(guarded.url, key)
    body = {"query": FOLLOW, "variables": {"id": run_id}}
    with subscribed(guarded.url, key, body):
        assert cancelled(guarded.url, key, run_id)["outcome"] == "STOPPING"


def test_an_idempotency_key_is_its_owners(
    guarded: LiveServer, upstream: FakeUpstream, key: str, other: str
) -> None:
    upstream.numbered(3, gated=True)
    mine = started(guarded.url, key, idempotencyKey="k")
    theirs = started(guarded.url, other, idempotencyKey="k")
    assert mine != theirs
    assert started(guarded.url, key, idempotencyKey="k") == mine


def test_an_administrator_owns_no_more_than_others(
    guarded: LiveServer, upstream: FakeUpstream, key: str, make_key: MakeKey
) -> None:
    admin = make_key("root", admin=True)
    wait_until(lambda: post(guarded.url, admin).status == 200, what="the new key")
    upstream.numbered(3, gated=True)
    assert found(guarded.url, admin, started(guarded.url, key))["__typename"] == "RunNotFound"


@pytest.mark.parametrize(
    "run_id", ["' OR 1=1 --", '"; DROP TABLE runs; --', "%", "*", "\\", "x" * 9000]
)
def test_an_id_is_only_ever_an_id(
    guarded: LiveServer, upstream: FakeUpstream, key: str, run_id: str
) -> None:
    upstream.numbered(3, gated=True)
    own = started(guarded.url, key, idempotencyKey="' OR '1'='1")
    assert found(guarded.url, key, run_id)["__typename"] == "RunNotFound"
    assert cancelled(guarded.url, key, run_id)["__typename"] == "RunNotFound"
    assert found(guarded.url, key, own)["status"] == "RUNNING"


@pytest.mark.parametrize("way", sorted(WAYS))
def test_nothing_of_anothers_run_is_read(
    guarded: LiveServer,
    upstream: FakeUpstream,
    key: str,
    other: str,
    way: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else the time of the answer would tell that there is a run, and how long it is."""
    upstream.numbered(3)
    run_id = started(guarded.url, key)
    wait_until(lambda: found(guarded.url, key, run_id)["status"] == "COMPLETED")
    read: list[Any] = []
    record = sqlite_rows._record
    monkeypatch.setattr(sqlite_rows, "_record", lambda row: read.append(row) or record(row))
    for each in (run_id, UNKNOWN):
        assert WAYS[way](guarded.url, other, each)["__typename"] == "RunNotFound"
    assert not read
    assert found(guarded.url, key, run_id)["status"] == "COMPLETED"
    assert read
