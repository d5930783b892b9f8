"""`graphql-transport-ws`: what the protocol asks, and what a hostile client may not do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from api.transport.limits import Limits
from tests.servers import wait_until
from tests.transport.conftest import StartToy
from tests.transport.toy import ToyServer

PROTOCOL = "graphql-transport-ws"


@contextmanager
def socket(
    toy: ToyServer, *protocols: str, origin: str | None = None, **headers: str
) -> Iterator[ClientConnection]:
    with connect(
        toy.url.replace("http", "ws"),
        subprotocols=[Subprotocol(name) for name in protocols or (PROTOCOL,)],
        origin=Origin(origin) if origin else None,
        additional_headers=headers,
        close_timeout=1,
    ) as connection:
        yield connection


@contextmanager
def greeted(toy: ToyServer) -> Iterator[ClientConnection]:
    """A connection past `connection_init`."""
    with socket(toy) as connection:
        connection.send('{"type": "connection_init"}')
        assert receive(connection) == {"type": "connection_ack"}
        yield connection


def receive(connection: ClientConnection) -> Any:
    frame = connection.recv(timeout=10)
    assert isinstance(frame, str), "a binary frame"
    return json.loads(frame)


def subscribe(connection: ClientConnection, query: str, id: str = "1", **more: Any) -> None:
    payload = {"query": query, **more}
    connection.send(json.dumps({"type": "subscribe", "id": id, "payload": payload}))


def closing(connection: ClientConnection) -> tuple[int, str]:
    """How the server closed."""
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            connection.recv(timeout=10)
    assert closed.value.rcvd, "closed without a close frame (1006)"
    return closed.value.rcvd.code, closed.value.rcvd.reason


def test_any_operation_runs_and_says_when_it_is_over(toy: ToyServer) -> None:
    with greeted(toy) as connection:
        subscribe(connection, "subscription($n: Int!) { count(to: $n) }", variables={"n": 2})
        assert [receive(connection) for _ in range(3)] == [
            {"id": "1", "type": "next", "payload": {"data": {"count": 0}}},
            {"id": "1", "type": "next", "payload": {"data": {"count": 1}}},
            {"id": "1", "type": "complete"},
        ]
        subscribe(connection, "query A { fine } query B { b: fine }", operationName="B")
        assert receive(connection)["payload"] == {"data": {"b": "fine"}}
        assert receive(connection) == {"id": "1", "type": "complete"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription($n: Int!) { count(to: $n) }", "BAD_USER_INPUT"),
    ],
)
def test_an_operation_at_fault_is_told_and_the_connection_goes_on(
    toy: ToyServer, query: str, code: str
) -> None:
    with greeted(toy) as connection:
        subscribe(connection, query)
        message = receive(connection)
        assert (message["id"], message["type"]) == ("1", "error")
        assert message["payload"][0]["extensions"]["code"] == code
        subscribe(connection, "{ fine }")
        assert receive(connection)["payload"] == {"data": {"fine": "fine"}}


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "null",
        "1",
        '"text"',
        "[]",
        "{}",
        "{",
        "NaN",
        "[" * 100_000,
        '{"type": 1}',
        '{"type": []}',
        '{"type": {}}',
        '{"type": "start"}',
        '{"type": "subscribe"}',
        '{"type": "subscribe", "id": 1, "payload": {"query": "{ fine }"}}',
        '{"type": "subscribe", "id": [], "payload": {"query": "{ fine }"}}',
        '{"type": "subscribe", "id": {}, "payload": {"query": "{ fine }"}}',
        '{"type": "subscribe", "id": null, "payload": {"query": "{ fine }"}}',
        '{"type": "subscribe", "id": "", "payload": {"query": "{ fine }"}}',
        '{"type": "subscribe", "id": "\\ud800", "payload": {"query": "{ fine }"}}',
        '{"type": "subscribe", "id": "' + "x" * 200 + '", "payload": {"query": "{ fine }"}}',
        '{"type": "subscribe", "id": "1"}',
        '{"type": "subscribe", "id": "1", "payload": null}',
        '{"type": "subscribe", "id": "1", "payload": []}',
        '{"type": "subscribe", "id": "1", "payload": {}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": ["{ fine }"]}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ fine }", "variables": []}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ fine }", "operationName": 1}}',
        '{"type": "complete"}',
        '{"type": "complete", "id": ["1"]}',
        '{"type": "ping", "payload": []}',
        '{"type": "pong", "payload": "text"}',
        '{"type": "connection_init", "payload": 1}',
        b"{}",
        b"\x00\xff",
    ],
    ids=lambda frame: repr(frame)[:60],
)
def test_a_broken_message_closes_the_connection_with_a_reason(
    toy: ToyServer, frame: str | bytes
) -> None:
    with greeted(toy) as connection:
        connection.send(frame)
        code, reason = closing(connection)
    assert code == 4400
    assert reason


def test_a_message_that_is_too_long_closes_the_connection(start_toy: StartToy) -> None:
    toy = start_toy(limits=Limits(frame_characters=100))
    with greeted(toy) as connection:
        connection.send(json.dumps({"type": "ping", "payload": {"x": "x" * 100}}))
        assert closing(connection)[0] == 1009


@pytest.mark.parametrize("protocols", [("graphql-ws",), ("mqtt",), ("graphql-ws", "mqtt")])
def test_every_other_subprotocol_is_refused(toy: ToyServer, protocols: tuple[str, ...]) -> None:
    with socket(toy, *protocols) as connection:
        assert connection.subprotocol is None
        assert closing(connection) == (4406, f"The only subprotocol is {PROTOCOL}.")


def test_the_newer_subprotocol_is_chosen_where_both_are_offered(toy: ToyServer) -> None:
    with socket(toy, "graphql-ws", PROTOCOL) as connection:
        assert connection.subprotocol == PROTOCOL


def test_a_client_must_introduce_itself_in_time(start_toy: StartToy) -> None:
    toy = start_toy(limits=Limits(init_seconds=0.05))
    with socket(toy) as connection:
        assert closing(connection)[0] == 4408


def test_a_client_must_introduce_itself_first_and_once(toy: ToyServer) -> None:
    with socket(toy) as connection:
        subscribe(connection, "{ fine }")
        assert closing(connection)[0] == 4401
    with greeted(toy) as connection:
        connection.send('{"type": "connection_init"}')
        assert closing(connection)[0] == 4429


def test_an_id_belongs_to_one_operation_at_a_time(toy: ToyServer) -> None:
    with greeted(toy) as connection:
        for _ in range(2):
            subscribe(connection, "subscription { silence }")
        assert closing(connection)[0] == 4409


def test_operations_of_a_connection_are_limited_at_a_time_not_in_total(
    start_toy: StartToy,
) -> None:
    toy = start_toy(limits=Limits(operations=2))
    with greeted(toy) as connection:
        for number in range(1_000):
            subscribe(connection, "{ fine }", str(number))
            assert receive(connection)["type"] == "next"
            assert receive(connection)["type"] == "complete"
        for id in ("a", "b", "c"):
            subscribe(connection, "subscription { silence }", id)
        kinds = {(message["id"], message["type"]) for message in map(receive, [connection] * 3)}
        assert kinds == {("a", "next"), ("b", "next"), ("c", "error")}


def test_a_ping_is_answered(toy: ToyServer) -> None:
    with socket(toy) as connection:
        payloads: list[dict[str, object]] = [{}, {"payload": {}}, {"payload": None}]
        for payload in payloads:
            connection.send(json.dumps({"type": "ping", **payload}))
            assert receive(connection) == {"type": "pong"}


def test_the_server_pings_and_ends_a_client_that_shows_no_life(start_toy: StartToy) -> None:
    toy = start_toy(limits=Limits(ping_seconds=0.05))
    with greeted(toy) as connection:
        for _ in range(4):
            assert receive(connection) == {"type": "ping"}
            connection.send('{"type": "pong"}')
        assert closing(connection) == (4499, "The client does not answer pings.")


def test_a_page_of_another_origin_may_not_connect(start_toy: StartToy) -> None:
    toy = start_toy(allowed_origins=["https://chat.example"])
    own = f"http://127.0.0.1:{toy.port}"
    for origin in (None, own, "https://chat.example"):
        with socket(toy, origin=origin) as connection:
            assert connection.subprotocol == PROTOCOL
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
        with pytest.raises(InvalidStatus) as refused, socket(toy, origin=origin):
            pass
        assert refused.value.response.status_code == 403


def test_a_client_that_breaks_off_closes_all_of_its_operations(toy: ToyServer) -> None:
    with greeted(toy) as connection:
        for id in ("1", "2", "3"):
            subscribe(connection, "subscription { silence }", id)
            assert receive(connection)["type"] == "next"
        connection.socket.close()
        wait_until(lambda: toy.sources.closed == 3)
