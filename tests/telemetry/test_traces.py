"""Traces: one span for each run and each call, right in failure too, and without a word said."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from api.contract.events import RunIncomplete
from api.contract.types import Message, Role
from api.contract.usage import FinishReason, TokenUsage
from api.runs.log import RunRecord
from tests.access.doors import SUBPROTOCOL
from tests.conftest import StartServer
from tests.durability.asking import CANCEL, CHAT, START, chat_input
from tests.failures.conftest import write_assistant
from tests.failures.doors import through_all_doors
from tests.servers import LiveServer, wait_until
from tests.telemetry.collector import Collector
from tests.transport.wire import ask
from tests.upstream.server import FakeUpstream

Traced = Callable[..., LiveServer]
KEY = "sk-canary-key"
USAGE = {
    "prompt_tokens": 70,
    "completion_tokens": 9,
    "total_tokens": 79,
    "prompt_tokens_details": {"cached_tokens": 64},
}


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with Collector() as server:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.url)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
        yield server


@pytest.fixture
def traced(
    start_server: StartServer, upstream: FakeUpstream, collector: Collector, tmp_path: Path
) -> Traced:
    """A function that starts a server with traces and one assistant, `a`: `traced(*models)`."""

    def start(model: str = "fake", *fallbacks: str, **settings: Any) -> LiveServer:
        write_assistant(tmp_path / "assistants", "a", model, *fallbacks)
        chosen = {
            "openai_base_url": upstream.base_url,
            "openai_api_key": KEY,
            "model": "fake",
            "assistants_dir": tmp_path / "assistants",
            "traces": "otlp",
            **settings,
        }
        return start_server(**chosen)

    return start


def posted(server: LiveServer, query: str, **variables: Any) -> Any:
    answer = ask(server.url, {"query": query, "variables": variables})
    (value,) = answer.json["data"].values()
    return value


def start(server: LiveServer, question: str = "Well?") -> str:
    asked = {**chat_input(question), "assistantId": "a"}
    return str(posted(server, START, input=asked)["id"])


def test_a_run_and_its_call_are_told_in_the_terms_of_the_conventions(
    traced: Traced, upstream: FakeUpstream, collector: Collector
) -> None:
    server = traced()
    upstream.reply("Yes, of course.", usage=USAGE)
    run_id = start(server)
    (run,), (call,) = collector.wait_for_runs()
    usage = {
        "gen_ai.usage.input_tokens": 70,
        "gen_ai.usage.output_tokens": 9,
        "gen_ai.usage.cache_read.input_tokens": 64,
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.response.model": "fake",
        "gen_ai.request.model": "fake",
        "gen_ai.provider.name": f"127.0.0.1:{upstream.port}",
    }
    assert 0 < run.attributes.pop("gen_ai.response.time_to_first_chunk") < 20
    assert run.attributes == {
        **usage,
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.id": "a",
        "gen_ai.agent.name": "a",
        "parley.run.id": run_id,
        "parley.run.outcome": "completed",
        "parley.usage.estimated": False,
    }
    assert 0 < call.attributes.pop("gen_ai.response.time_to_first_chunk") < 20
    assert call.attributes == {
        **usage,
        "gen_ai.operation.name": "chat",
        "gen_ai.request.stream": True,
        "server.address": "127.0.0.1",
        "server.port": upstream.port,
    }
    assert (run.name, run.kind, run.error) == ("invoke_agent a", "INTERNAL", None)
    assert (call.name, call.kind, call.error) == ("chat fake", "CLIENT", None)
    assert (call.trace_id, call.parent_id) == (run.trace_id, run.span_id)
    assert run.parent_id == ""
    assert run.began <= call.began < call.ended <= run.ended
    assert run.resource["service.name"] == "parley"


@pytest.mark.parametrize("tokens", [1, 500])
def test_a_long_reply_has_no_more_spans_than_a_short_one(
    traced: Traced, upstream: FakeUpstream, collector: Collector, tokens: int
) -> None:
    server = traced()
    upstream.numbered(tokens)
    start(server)
    runs, calls = collector.wait_for_runs()
    assert (len(runs), len(calls)) == (1, 1)
    assert [span.events for span in collector.spans] == [0, 0]


def test_each_attempt_is_a_span_and_says_why_it_failed(
    traced: Traced, upstream: FakeUpstream, collector: Collector
) -> None:
    server = traced(attempts=3)
    upstream.fault("overloaded")
    upstream.fault("rate_limited", retry_after="0")
    upstream.reply("Yes.")
    start(server)
    (run,), calls = collector.wait_for_runs()
    kinds = [call.attributes.get("error.type") for call in calls]
    assert kinds == ["ModelUnavailableError", "ModelRateLimitedError", None]
    assert calls[0].error and "503" in calls[0].error
    assert calls[2].error is run.error is None
    assert "gen_ai.response.time_to_first_chunk" not in calls[0].attributes
    assert {call.parent_id for call in calls} == {run.span_id}


def test_a_fallback_is_a_call_to_another_model(
    traced: Traced, upstream: FakeUpstream, collector: Collector
) -> None:
    start(traced("fault-model_not_found", "numbered-2"))
    (run,), calls = collector.wait_for_runs()
    assert [call.name for call in calls] == ["chat fault-model_not_found", "chat numbered-2"]
    assert [call.attributes.get("error.type") for call in calls] == ["ModelNotFoundError", None]
    assert run.attributes["gen_ai.request.model"] == "fault-model_not_found"
    assert run.attributes["gen_ai.response.model"] == "numbered-2"
    assert run.error is None


def test_a_model_that_is_left_alone_is_not_called(
    traced: Traced, upstream: FakeUpstream, collector: Collector
) -> None:
    server = traced(breaker_failures=1, breaker_seconds=600)
    upstream.fault("overloaded")
    for count in (1, 2):
        start(server)
        runs, calls = collector.wait_for_runs(count)
    assert len(calls) == len(upstream.requests) == 1
    for run in runs:
        assert run.attributes["error.type"] == "ModelUnavailable"
        assert run.attributes["parley.run.outcome"] == "failed"
    assert runs[1].error and "left alone" in runs[1].error


def test_a_cut_reply_is_an_error_and_a_stopped_one_is_not(
    traced: Traced, upstream: FakeUpstream, collector: Collector
) -> None:
    server = traced()
    upstream.fault("truncated", 3)
    start(server)
    (run,), (call,) = collector.wait_for_runs()
    assert run.attributes["parley.run.outcome"] == "incomplete"
    assert (run.attributes["error.type"], call.attributes["error.type"]) == (
        "ReplyIncomplete",
        "ReplyTruncatedError",
    )
    upstream.numbered(9, gated=True).release(2)
    run_id = start(server)
    wait_until(lambda: upstream.tokens_sent >= 5)
    posted(server, CANCEL, id=run_id)
    runs, calls = collector.wait_for_runs(2)
    assert runs[1].attributes["parley.run.outcome"] == "cancelled"
    assert runs[1].error is calls[1].error is None


TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = {"traceparent": f"00-{TRACE}-{PARENT}-01"}


async def over_websocket(http: aiohttp.ClientSession, url: str) -> None:
    connecting = http.ws_connect(f"{url}/graphql", protocols=[SUBPROTOCOL], headers=TRACEPARENT)
    async with connecting as socket:
        await socket.send_json({"type": "connection_init"})
        await socket.receive_json()
        payload = {"query": CHAT, "variables": {"input": {**chat_input("?"), "assistantId": "a"}}}
        await socket.send_json({"type": "subscribe", "id": "1", "payload": payload})
        while (await socket.receive_json())["type"] != "complete":
            pass


async def test_a_run_belongs_to_the_trace_of_its_request(
    traced: Traced, collector: Collector
) -> None:
    server = await asyncio.to_thread(traced)
    asked = {"query": CHAT, "variables": {"input": {**chat_input("?"), "assistantId": "a"}}}
    history = {"history": [{"role": "user", "content": "?"}], "assistant_id": "a"}
    async with aiohttp.ClientSession() as http:
        stream = {**TRACEPARENT, "accept": "text/event-stream"}
        for path, body, headers in (
            ("/graphql", asked, stream),
            ("/chat", history, TRACEPARENT),
            ("/chat", history, {"traceparent": "00-nonsense-01"}),
        ):
            async with http.post(server.url + path, json=body, headers=headers) as answer:
                assert answer.status == 200
                await answer.read()
        await over_websocket(http, server.url)
    runs, calls = await asyncio.to_thread(collector.wait_for_runs, 4)
    own = [(run.trace_id, run.parent_id) for run in runs]
    assert [own[0], own[1], own[3]] == [(TRACE, PARENT)] * 3
    assert own[2][0] != TRACE and own[2][1] == ""
    assert [call.trace_id for call in calls] == [run.trace_id for run in runs]


async def test_no_word_and_no_key_is_told(
    traced: Traced, upstream: FakeUpstream, collector: Collector
) -> None:
    server = await asyncio.to_thread(traced, attempts=2)
    upstream.reply("canary reply", times=4)
    for fault in ("error_event", "prompt_refused", "unauthorized", "html", "bad_json"):
        upstream.fault(fault, text="canary of a fault", times=2)
    for _ in "abc":
        await through_all_doors(server.url, "a")
    await asyncio.to_thread(collector.wait_for_runs, 15)
    assert len(upstream.requests) == len(collector.spans) - 15
    told = b"".join(collector.bodies) + json.dumps([s.attributes for s in collector.spans]).encode()
    prompt, question = upstream.requests[0].messages[0], upstream.requests[0].messages[-1]
    assert (prompt["content"], question["content"]) == ("Go.", "Go.")
    for word in ("canary", KEY, "Go.", "anybody"):
        assert word.encode() not in told


def test_the_end_of_a_lost_run_is_told_by_who_ended_it(collector: Collector) -> None:
    from api.telemetry.traces import Traces

    traces = Traces("1")
    now = datetime.now(UTC)
    record = RunRecord("r", "me", "a", "openai", "m", [], now)
    end = RunIncomplete(
        run_id="r",  # type: ignore[arg-type]
        seq=5,
        at=now,
        reply=Message(role=Role.ASSISTANT, content="canary"),
        token_usage=TokenUsage(estimated=True),
        cost=None,
        finish_reason=FinishReason.INCOMPLETE,
        answered_by=None,
        reason="It was lost.",
    )
    traces.ended_for_another(record, end)
    asyncio.run(traces.close())
    (run,), calls = collector.wait_for_runs()
    assert (run.error, calls) == ("It was lost.", [])
    assert abs(run.began - now.timestamp() * 1e9) < 1_000_000


def test_a_collector_out_of_reach_costs_no_run(
    traced: Traced, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    server = traced()
    history = {"history": [{"role": "user", "content": "?"}], "assistant_id": "a"}
    assert [ask(server.url, history, "/chat").status for _ in range(3)] == [200] * 3
