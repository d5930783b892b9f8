"""The limits as they are unless somebody sets them: at each one passes, one more is refused."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from api.settings import Settings
from tests.access.doors import opened
from tests.servers import LiveServer
from tests.transport.wire import Wire, ask
from tests.upstream.server import FakeUpstream

DEFAULTS = {
    "body_bytes": 1_048_576,
    "message_characters": 32_768,
    "history_messages": 200,
    "query_tokens": 1_000,
    "query_depth": 8,
    "query_aliases": 15,
    "init_timeout_seconds": 10,
    "frame_bytes": 1_048_576,
    "subscriptions_per_socket": 100,
    "streams_per_caller": 10,
    "body_timeout_seconds": 10,
    "send_timeout_seconds": 30,
    "run_timeout_seconds": 300,
}


def test_each_limit_has_a_sane_default() -> None:
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    assert {name: getattr(settings, name) for name in DEFAULTS} == DEFAULTS


@pytest.fixture(scope="module")
def answering(tmp_path_factory: Any) -> Iterator[LiveServer]:
    """A server that says `Yes.` whatever is asked."""
    with FakeUpstream() as upstream:
        upstream.reply("Yes.", always=True)
        settings = {"openai_base_url": upstream.base_url, "model": "fake"}
        with LiveServer(tmp_path_factory.mktemp("data"), **settings) as server:
            yield server


SELECTION = "{ __typename ... on InputTooLong { field limit actual } }"
EVENTS = f"{{ __typename ... on RunFailed {{ problem {SELECTION} }} }}"


def asked(kind: str, history: list[dict[str, str]]) -> dict[str, Any]:
    selection = EVENTS if kind == "subscription" else SELECTION
    query = f"{kind}($i: ChatInput!) {{ chat(input: $i) {selection} }}"
    return {"query": query, "variables": {"i": {"history": history, "assistantId": "general"}}}


def mutation(url: str, history: list[dict[str, str]]) -> str:
    return ask(url, asked("mutation", history)).body.decode()


def json_door(url: str, history: list[dict[str, str]]) -> str:
    messages = [{**message, "role": "user"} for message in history]
    return ask(url, {"history": messages, "assistant_id": "general"}, "/chat").body.decode()


def event_stream(url: str, history: list[dict[str, str]]) -> str:
    with Wire(url) as wire:
        wire.post("/graphql", asked("subscription", history), accept="text/event-stream")
        return wire.read_until(b"event: complete").decode()


def websocket(url: str, history: list[dict[str, str]]) -> str:
    with opened(url) as socket:
        payload = asked("subscription", history)
        socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        said = ""
        while '"complete"' not in said:
            said += str(socket.recv(timeout=20))
        return said


DOORS = {each.__name__: each for each in (mutation, json_door, event_stream, websocket)}
COMPLETED = ("ChatReply", "RunCompleted", '"message":')


def messages(count: int, length: int) -> list[dict[str, str]]:
    return [{"role": "USER", "content": "x" * length}] * count


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("most", "more"),
    [((1, 32_768), (1, 32_769)), ((200, 1), (201, 1))],
    ids=["message", "history"],
)
def test_messages_up_to_the_limit_pass_through_every_door(
    answering: LiveServer, door: str, most: tuple[int, int], more: tuple[int, int]
) -> None:
    passed = DOORS[door](answering.url, messages(*most))
    assert any(word in passed for word in COMPLETED) and "InputTooLong" not in passed
    refused = DOORS[door](answering.url, messages(*more))
    assert "InputTooLong" in refused and str(max(more)) in refused
    assert not any(word in refused for word in COMPLETED)


def test_a_body_of_the_json_door_is_bounded_as_well(answering: LiveServer) -> None:
    question = {"history": messages(1, 1), "assistant_id": "general"}
    body = json.dumps(question).replace("USER", "user").encode()
    assert ask(answering.url, body.ljust(1_048_576), "/chat").status == 200
    assert ask(answering.url, body.ljust(1_048_577), "/chat").status == 413


def test_a_document_of_a_thousand_tokens_passes_and_one_more_is_refused(
    answering: LiveServer,
) -> None:
    def status(tokens: int) -> int:
        days = "DAY " * (tokens - 12)
        query = "{ usage(groupBy: [" + days + "]) { __typename } }"
        return ask(answering.url, {"query": query}, accept="application/graphql-response+json")[0]

    assert (status(1_000), status(1_001)) == (200, 400)


def test_a_frame_of_a_mebibyte_passes_and_one_more_is_refused(answering: LiveServer) -> None:
    with opened(answering.url) as socket:
        assert "ack" in str(socket.recv(timeout=20))
        socket.send('{"type": "ping"}'.ljust(1_048_576))
        assert "pong" in str(socket.recv(timeout=20))
        socket.send('{"type": "ping"}'.ljust(1_048_577))
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=20)
    assert closed.value.rcvd and closed.value.rcvd.code == 1009
