"""The fake upstream keeps its promises to the tests that rely on it."""

import json
import urllib.request
from typing import Any

import pytest

from api.providers.base import ModelRequest, Turn
from api.providers.openai import OpenAIProvider
from tests.providers.conftest import asking, parts_of, text_of
from tests.upstream import FakeUpstream


def post(upstream: FakeUpstream, **body: Any) -> Any:
    address = f"{upstream.base_url}/chat/completions"
    request = urllib.request.Request(address, json.dumps(body).encode())
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def test_a_request_that_does_not_stream_gets_a_whole_reply(upstream: FakeUpstream) -> None:
    upstream.reply("Hello there.")
    reply = post(upstream, model="m", messages=[{"role": "user", "content": "Hi you"}])
    assert reply["choices"][0]["message"]["content"] == "Hello there."
    assert reply["usage"] == {"prompt_tokens": 2, "completion_tokens": 2, "total_tokens": 4}


async def test_replies_come_in_the_order_of_the_queue_then_the_standing_one(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    upstream.reply("standing", always=True)
    upstream.reply("first")
    upstream.reply("twice", times=2)
    said = [text_of(await parts_of(provider, asking())) for _ in range(5)]
    assert said == ["first", "twice", "twice", "standing", "standing"]


async def test_a_reply_may_wait_for_its_request(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    upstream.reply("for B", when=lambda body: body["messages"][-1]["content"] == "B")
    assert text_of(await parts_of(provider, asking("A"))) == "A"
    assert text_of(await parts_of(provider, asking("B"))) == "for B"


async def test_the_model_chooses_where_nothing_is_queued(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    request = ModelRequest("numbered-4@1000", [Turn("user", "go")])
    assert text_of(await parts_of(provider, request)) == "t0 t1 t2 t3"


async def test_it_records_what_was_sent_and_that_the_reply_was_read(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    upstream.numbered(5)
    await parts_of(provider, asking("Hi", temperature=0.1))
    await upstream.until(lambda: not upstream.active)
    (request,) = upstream.requests
    assert request.body["temperature"] == 0.1
    assert request.tokens_sent == upstream.tokens_sent == 5
    assert not request.closed_early
    assert upstream.closed_early == []


async def test_a_gate_holds_each_token_and_the_end(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    gate = upstream.numbered(3, gated=True)
    stream = provider.stream(asking())
    gate.release(2)
    assert "".join([str(await anext(stream)) for _ in range(1)]).startswith("t0")
    await upstream.until(lambda: upstream.tokens_sent == 2)
    assert upstream.active
    gate.open()
    rest = [part async for part in stream]
    assert text_of(rest).endswith("t2")
    await upstream.until(lambda: not upstream.active)


def test_an_unknown_fault_is_refused_with_the_known_ones(upstream: FakeUpstream) -> None:
    with pytest.raises(ValueError, match=r"no fault 'earthquake'.*truncated"):
        upstream.fault("earthquake")


def test_a_taken_port_is_an_error(upstream: FakeUpstream) -> None:
    with pytest.raises(OSError, match="in use"):
        FakeUpstream(upstream.port).start()


def test_reset_forgets_everything(upstream: FakeUpstream) -> None:
    upstream.reply("queued")
    upstream.reply("standing", always=True)
    upstream.reset()
    question = [{"role": "user", "content": "echo"}]
    assert post(upstream, messages=question)["choices"][0]["message"]["content"] == "echo"
    assert len(upstream.requests) == 1
