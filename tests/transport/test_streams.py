"""Event streams and multipart, byte by byte."""

import json

import pytest

from api.transport.framing import FRAMINGS
from tests.servers import LiveServer
from tests.transport.toy import ToyServer
from tests.transport.wire import Wire, ask
from tests.upstream.server import FakeUpstream

CHAT = """subscription($i: ChatInput!) {
  chat(input: $i) { __typename ... on Event { seq } ... on TextDelta { text } }
}"""
ASKED = {"history": [{"role": "USER", "content": "Count."}], "assistantId": "general"}
RUN = """subscription($id: ID!) { run(id: $id) { __typename ... on Event { seq } } }"""


def events(stream: bytes) -> list[dict[str, str]]:
    blocks = [block for block in stream.decode().split("\n\n") if not block.startswith(":")]
    return [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks if block]


def test_an_event_stream_is_framed_as_the_protocol_asks(toy: ToyServer) -> None:
    with Wire(toy.url) as wire:
        wire.post(
            "/graphql", {"query": "subscription { count(to: 2) }"}, accept="text/event-stream"
        )
        head = wire.read_head()
        body = wire.chunks()
    assert head.status == 200
    assert head.headers["content-type"].startswith("text/event-stream")
    assert head.headers["cache-control"] == "no-cache, no-transform"
    assert body == (
        b":\n\n"
        b'event: next\ndata: {"data":{"count":0}}\n\n'
        b'event: next\ndata: {"data":{"count":1}}\n\n'
        b"event: complete\ndata: \n\n"
    )


def test_a_query_on_an_event_stream_is_one_event(toy: ToyServer) -> None:
    with Wire(toy.url) as wire:
        wire.post("/graphql", {"query": "{ fine }"}, accept="text/event-stream").read_head()
        found = events(wire.chunks())
    assert [event["event"] for event in found] == ["next", "complete"]
    assert json.loads(found[0]["data"]) == {"data": {"fine": "fine"}}


def test_multipart_is_framed_as_the_protocol_asks(toy: ToyServer) -> None:
    accept = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json"
    with Wire(toy.url) as wire:
        wire.post("/graphql", {"query": "subscription { count(to: 1) }"}, accept=accept)
        head = wire.read_head()
        body = wire.chunks()
    assert head.headers["content-type"] == ("multipart/mixed;boundary=graphql;subscriptionSpec=1.0")
    assert body == (
        b"\r\n--graphql"
        b"\r\ncontent-type: application/json\r\ncontent-length: 32\r\n\r\n"
        b'{"payload":{"data":{"count":0}}}'
        b"\r\n--graphql--\r\n"
    )


@pytest.mark.parametrize(
    ("accept", "beat"),
    [("text/event-stream", b":\n\n"), ("multipart/mixed", b"\r\n\r\n{}\r\n--graphql")],
)
def test_a_silent_stream_carries_heartbeats(
    toy: ToyServer, monkeypatch: pytest.MonkeyPatch, accept: str, beat: bytes
) -> None:
    monkeypatch.setattr(FRAMINGS[accept], "heartbeat_seconds", 0.02)
    with Wire(toy.url) as wire:
        wire.post("/graphql", {"query": "subscription { silence }"}, accept=accept)
        wire.read_until(b"tick")
        for _ in range(3):
            wire.read_until(beat)


def test_run_events_carry_their_number_as_the_frame_s_id(
    live_server: LiveServer, upstream: FakeUpstream
) -> None:
    upstream.numbered(5)
    with Wire(live_server.url) as wire:
        body = {"query": CHAT, "variables": {"i": ASKED}}
        wire.post("/graphql", body, accept="text/event-stream")
        wire.read_head()
        *found, end = events(wire.chunks())
    assert end == {"event": "complete", "data": ""}
    payloads = [json.loads(event["data"])["data"]["chat"] for event in found]
    assert [int(event["id"]) for event in found] == list(range(len(found)))
    assert [payload["seq"] for payload in payloads] == list(range(len(found)))
    assert payloads[-1]["__typename"] == "RunCompleted"


def test_an_event_source_resumes_with_the_last_id_that_it_saw(
    live_server: LiveServer, upstream: FakeUpstream
) -> None:
    upstream.numbered(5)
    start = "mutation($i: ChatInput!) { startRun(input: $i) { ... on Run { id } } }"
    run = ask(live_server.url, {"query": start, "variables": {"i": ASKED}}).json["data"]["startRun"]
    body = {"query": RUN, "variables": {"id": run["id"]}}
    ids = {}
    for last in ("", "2"):
        with Wire(live_server.url) as wire:
            headers = {"accept": "text/event-stream", "last_event_id": last}
            wire.post("/graphql", body, **headers).read_head()
            ids[last] = [int(event["id"]) for event in events(wire.chunks()) if "id" in event]
    assert ids[""] == list(range(len(ids[""])))
    assert ids["2"] == ids[""][3:]


@pytest.mark.parametrize(
    ("sent", "read"), [("7", "7"), ("x", "null"), ("-1", "null"), ("1" * 40, "null"), ("²", "null")]
)
def test_a_last_event_id_that_is_no_number_is_ignored(toy: ToyServer, sent: str, read: str) -> None:
    with Wire(toy.url) as wire:
        body = {"query": "subscription { lastEvent }"}
        wire.post("/graphql", body, accept="text/event-stream", last_event_id=sent)
        assert f'{{"lastEvent":{read}}}'.encode() in wire.read_until(b"complete")
