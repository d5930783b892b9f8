"""Every limit at its edge: what is at the limit passes, one more is refused with a reason."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from api.settings import Settings
from api.transport.doors import limits_of
from api.transport.limits import Limits
from api.transport.refusals import RefusedRequestError
from api.transport.slots import StreamSlots, network_of
from tests.conftest import StartServer
from tests.servers import LiveServer, wait_until
from tests.transport.conftest import StartToy
from tests.transport.wire import Wire, ask
from tests.upstream.server import FakeUpstream

STREAM = {
    "query": "subscription { chat(input: {assistantId: general, history: "
    '[{role: USER, content: "hello"}]}) { __typename } }'.replace("general", '"general"')
}


def test_the_defaults_are_those_of_the_documents() -> None:
    limits = limits_of(Settings(_env_file=None))  # type: ignore[call-arg]
    assert limits == Limits(streams=10, local_streams=False)
    assert (limits.body_bytes, limits.body_seconds, limits.send_seconds) == (1_048_576, 10, 30)
    assert (limits.query_tokens, limits.query_depth, limits.query_aliases) == (1_000, 8, 15)


@pytest.fixture
def bounded_server(start_server: StartServer, upstream: FakeUpstream) -> LiveServer:
    return start_server(
        openai_base_url=upstream.base_url,
        model="fake",
        body_bytes=2_048,
        message_characters=50,
        history_messages=3,
        frame_bytes=2_048,
        subscriptions_per_socket=2,
        streams_per_caller=2,
        init_timeout_seconds=0.2,
        body_timeout_seconds=0.3,
    )


def history(*lengths: int) -> dict[str, Any]:
    messages = [{"role": "USER", "content": "x" * length} for length in lengths]
    query = (
        "mutation($i: ChatInput!) { chat(input: $i) "
        "{ __typename ... on InputTooLong { field limit actual } } }"
    )
    variables = {"i": {"history": messages, "assistantId": "general"}}
    return {"query": query, "variables": variables}


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ((50,), {"__typename": "ChatReply"}),
        ((51,), {"field": "history.0.content", "limit": 50, "actual": 51}),
        ((1, 1, 1), {"__typename": "ChatReply"}),
        ((1, 1, 1, 1), {"field": "history", "limit": 3, "actual": 4}),
    ],
)
def test_messages_and_histories_are_bounded_by_settings(
    bounded_server: LiveServer, lengths: tuple[int, ...], expected: dict[str, Any]
) -> None:
    assert (
        expected.items() <= ask(bounded_server.url, history(*lengths)).json["data"]["chat"].items()
    )


def test_pages_learn_of_a_shorter_limit(bounded_server: LiveServer) -> None:
    answer = ask(bounded_server.url, {"query": "{ controls { path maxLength } }"})
    lengths = {c["path"]: c["maxLength"] for c in answer.json["data"]["controls"]}
    assert lengths["history.content"] == 50


def test_the_size_of_a_body_is_a_setting(bounded_server: LiveServer) -> None:
    body = json.dumps({"query": "{ contractVersion }"}).encode()
    assert ask(bounded_server.url, body.ljust(2_048)).status == 200
    assert ask(bounded_server.url, body.ljust(2_049)).status == 413


def test_a_batch_is_refused(bounded_server: LiveServer) -> None:
    batch = [{"query": "{ contractVersion }"}] * 2
    assert ask(bounded_server.url, batch).status == 400


@contextmanager
def greeted(server: LiveServer, **headers: str) -> Iterator[ClientConnection]:
    with connect(
        server.url.replace("http", "ws") + "/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        additional_headers=headers,
        close_timeout=1,
    ) as connection:
        connection.send('{"type": "connection_init"}')
        connection.recv(timeout=10)
        yield connection


def subscribe(connection: ClientConnection, id: str) -> Any:
    connection.send(json.dumps({"type": "subscribe", "id": id, "payload": STREAM}))
    return json.loads(connection.recv(timeout=10))


def test_the_size_of_a_frame_is_a_setting(bounded_server: LiveServer) -> None:
    with greeted(bounded_server) as connection:
        connection.send('{"type": "ping"}'.ljust(2_048))
        assert connection.recv(timeout=10) == '{"type":"pong"}'
        connection.send('{"type": "ping"}'.ljust(2_049))
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=10)
    assert closed.value.rcvd and closed.value.rcvd.code == 1009


def test_a_socket_that_says_nothing_is_closed_past_the_setting(bounded_server: LiveServer) -> None:
    with (
        connect(
            bounded_server.url.replace("http", "ws") + "/graphql",
            subprotocols=[Subprotocol("graphql-transport-ws")],
        ) as connection,
        pytest.raises(ConnectionClosed) as closed,
    ):
        connection.recv(timeout=10)
    assert closed.value.rcvd and closed.value.rcvd.code == 4408


@pytest.mark.parametrize(
    "started",
    [b"", b"POST /graphql HTTP/1.1\r\nhost: x\r\nx-slow: "],
    ids=["nothing", "half a head"],
)
def test_a_request_whose_head_does_not_arrive_is_closed(
    bounded_server: LiveServer, started: bytes
) -> None:
    with socket.create_connection(("127.0.0.1", bounded_server.port), 10) as connection:
        connection.sendall(started)
        assert connection.recv(100) == b""


def test_a_later_request_on_a_connection_must_arrive_in_time_as_well(
    bounded_server: LiveServer,
) -> None:
    with Wire(bounded_server.url) as wire:
        assert wire.post("/graphql", {"query": "{ contractVersion }"}).answer().status == 200
        wire.socket.sendall(b"POST /graphql HTTP/1.1\r\nhost: x\r\n")
        assert wire.ends()


def test_a_stream_lasts_longer_than_a_head_may_take(
    bounded_server: LiveServer, upstream: FakeUpstream
) -> None:
    upstream.numbered(12, rate=20)
    with Wire(bounded_server.url) as wire, greeted(bounded_server) as connection:
        wire.post("/graphql", STREAM, accept="text/event-stream")
        assert subscribe(connection, "1")["type"] == "next"
        assert b"RunCompleted" in wire.read_until(b"event: complete")


class Held:
    """Streams that last until the test ends, on all transports."""

    def __init__(self, server: LiveServer, stack: ExitStack, **headers: str) -> None:
        self._server = server
        self._stack = stack
        self._headers = headers

    def open(self, accept: str = "text/event-stream") -> int:
        """The status of one more stream."""
        wire = self._stack.enter_context(Wire(self._server.url))
        return wire.post("/graphql", STREAM, accept=accept, **self._headers).read_head().status


def test_streams_of_a_caller_are_limited_over_all_transports(
    bounded_server: LiveServer, upstream: FakeUpstream
) -> None:
    upstream.numbered(5, gated=True, times=9)
    with ExitStack() as stack:
        held = Held(bounded_server, stack)
        assert held.open() == 200
        connection = stack.enter_context(greeted(bounded_server))
        assert subscribe(connection, "1")["type"] == "next"
        refused = ask(bounded_server.url, STREAM, accept="multipart/mixed")
        assert refused.status == 429
        assert refused.headers["retry-after"] == "1"
        assert refused.json["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
        with greeted(bounded_server) as other:
            answer = subscribe(other, "2")
            assert (answer["type"], answer["payload"][0]["extensions"]["code"]) == (
                "error",
                "RATE_LIMITED",
            )
        assert ask(bounded_server.url, {"query": "{ contractVersion }"}).status == 200


def test_a_slot_is_free_again_when_its_stream_ends_or_its_client_leaves(
    bounded_server: LiveServer, upstream: FakeUpstream
) -> None:
    for _ in range(20):
        assert b"RunCompleted" in _read_stream(bounded_server)
    upstream.numbered(5, gated=True, times=99)
    for _ in range(5):
        with ExitStack() as stack:
            held = Held(bounded_server, stack)
            statuses: list[int] = []

            def both_open(held: Held = held, statuses: list[int] = statuses) -> bool:
                statuses.append(held.open())
                return statuses.count(200) == 2

            wait_until(both_open)


def _read_stream(server: LiveServer) -> bytes:
    with Wire(server.url) as wire:
        wire.post("/graphql", STREAM, accept="text/event-stream")
        return wire.read_until(b"event: complete")


def test_callers_behind_a_trusted_proxy_are_told_apart(
    bounded_server: LiveServer, upstream: FakeUpstream
) -> None:
    upstream.numbered(5, gated=True, times=9)
    with ExitStack() as stack:
        one = Held(bounded_server, stack, x_forwarded_for="203.0.113.1")
        other = Held(bounded_server, stack, x_forwarded_for="203.0.113.2")
        assert [one.open(), one.open(), one.open(), other.open()] == [200, 200, 429, 200]


def test_operations_of_a_socket_are_limited_by_a_setting(
    start_server: StartServer, upstream: FakeUpstream
) -> None:
    server = start_server(
        openai_base_url=upstream.base_url, model="fake", subscriptions_per_socket=2
    )
    upstream.numbered(5, gated=True, times=9)
    with greeted(server) as connection:
        for id in ("1", "2"):
            assert subscribe(connection, id)["type"] == "next"
        answers = [subscribe(connection, "3")]
        while answers[-1]["type"] != "error":
            answers.append(json.loads(connection.recv(timeout=10)))
        assert answers[-1]["id"] == "3"
        assert answers[-1]["payload"][0]["extensions"]["code"] == "RATE_LIMITED"


def test_programs_on_this_machine_are_not_counted_unless_the_setting_says_so() -> None:
    for local_streams, most in ((False, 100), (True, 2)):
        slots = StreamSlots(Limits(streams=2, local_streams=local_streams))
        with ExitStack() as stack:
            for _ in range(most):
                stack.enter_context(slots.held("127.0.0.1"))
            if local_streams:
                with pytest.raises(RefusedRequestError), slots.held("127.0.0.1"):
                    pass


def test_ten_streams_of_an_address_are_open_and_the_eleventh_is_not() -> None:
    slots = StreamSlots(limits_of(Settings(_env_file=None)))  # type: ignore[call-arg]
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(slots.held("203.0.113.1"))
        with pytest.raises(RefusedRequestError) as refused, slots.held("203.0.113.1"):
            pass
        assert refused.value.status == 429
    assert slots.total == 0


def test_addresses_of_one_ipv6_network_are_one_caller() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:2") == "2001:db8::/64"
    assert network_of("::ffff:203.0.113.1") == "::ffff:203.0.113.1"
    assert network_of("a-key") == "a-key"


def test_a_thousand_short_subscriptions_on_one_socket_leave_no_slot_behind(
    start_toy: StartToy,
) -> None:
    toy = start_toy(limits=Limits(operations=2, streams=2))
    with connect(
        toy.url.replace("http", "ws"), subprotocols=[Subprotocol("graphql-transport-ws")]
    ) as connection:
        connection.send('{"type": "connection_init"}')
        connection.recv(timeout=10)
        for number in range(1_000):
            payload = {"query": "subscription { count(to: 1) }"}
            message = {"type": "subscribe", "id": str(number), "payload": payload}
            connection.send(json.dumps(message))
            kinds = [json.loads(connection.recv(timeout=10))["type"] for _ in range(2)]
            assert kinds == ["next", "complete"]
