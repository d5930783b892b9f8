"""What the OpenAI provider sends, and what it makes of a good reply."""

import asyncio

import pytest

from api.contract.usage import FinishReason, TokenUsage
from api.providers.base import ModelRequest, Turn
from api.providers.errors import (
    ModelMisconfiguredError,
    ModelUnavailableError,
    ProviderError,
)
from api.providers.openai import OpenAIProvider
from tests.providers.conftest import OpenProvider, asking, parts_of, text_of
from tests.upstream import FakeUpstream


async def test_a_reply_is_text_then_usage_then_the_finish_reason(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    upstream.reply("The Ghost  Who Walks.\n")
    *texts, usage, finish = await parts_of(provider, asking("Who is the Phantom?"))
    assert text_of(texts) == "The Ghost  Who Walks.\n"
    assert usage == TokenUsage(prompt_tokens=4, completion_tokens=5, total_tokens=9)
    assert finish is FinishReason.STOP


async def test_each_token_is_passed_on_before_the_next_one_is_sent(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    gate = upstream.numbered(3, gated=True)
    stream = provider.stream(asking())
    for expected in ("t0", " t1", " t2"):
        gate.release()
        assert await anext(stream) == expected
    gate.release()
    assert [part async for part in stream][-1] is FinishReason.STOP


async def test_the_request_holds_the_turns_the_model_and_the_settings_under_their_names(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    turns = [Turn("system", "Be brief."), Turn("user", "Hi"), Turn("assistant", "Hello.")]
    settings = {"temperature": 0.5, "max_tokens": 7, "top_p": 0.9, "seed": None}
    await parts_of(provider, ModelRequest("fake", turns, settings))
    assert upstream.requests[0].body == {
        "model": "fake",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello."},
        ],
        "temperature": 0.5,
        "max_tokens": 7,
        "top_p": 0.9,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert upstream.requests[0].headers["authorization"] == "Bearer sk-canary"


async def test_only_openai_itself_is_asked_for_max_completion_tokens() -> None:
    provider = OpenAIProvider(api_key="sk-canary")
    assert b'"max_completion_tokens":7' in provider._body(asking(max_tokens=7))
    await provider.aclose()


async def test_unicode_arrives_as_it_was_sent(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    text = "emoji 🦸🏽‍♀️, عربى, é, zero\u200bwidth, \x00"
    assert text_of(await parts_of(provider, asking(text))) == text
    assert upstream.requests[0].messages[0]["content"] == text


async def test_a_length_limit_is_told_apart_from_a_stop(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    upstream.reply("cut off by", finish_reason="length")
    assert (await parts_of(provider, asking()))[-1] is FinishReason.LENGTH


async def test_an_unheard_of_finish_reason_still_ends_the_reply(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    upstream.reply("whatever", finish_reason="eos_token")
    assert (await parts_of(provider, asking()))[-1] is FinishReason.UNKNOWN


async def test_hundred_replies_at_once_are_not_mixed_up(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    questions = [f"question {number} " * 20 for number in range(100)]
    replies = await asyncio.gather(*(parts_of(provider, asking(q)) for q in questions))
    assert [text_of(parts) for parts in replies] == questions


async def test_check_returns_where_the_models_can_be_listed(provider: OpenAIProvider) -> None:
    await provider.check()


@pytest.mark.parametrize(
    ("status", "expected"),
    [(401, ModelMisconfiguredError), (404, ModelMisconfiguredError), (503, ModelUnavailableError)],
)
async def test_check_says_what_is_wrong(
    upstream: FakeUpstream, provider: OpenAIProvider, status: int, expected: type[ProviderError]
) -> None:
    upstream.models_status = status
    with pytest.raises(expected):
        await provider.check()


async def test_a_closed_provider_refuses_further_requests(open_provider: OpenProvider) -> None:
    provider = open_provider()
    await provider.aclose()
    with pytest.raises(ModelUnavailableError):
        await parts_of(provider, asking())


async def test_a_stream_under_way_ends_as_truncated_when_the_provider_closes(
    upstream: FakeUpstream, open_provider: OpenProvider
) -> None:
    provider = open_provider()
    upstream.fault("hang", after_tokens=1)
    stream = provider.stream(asking())
    assert await anext(stream) == "t0"
    await provider.aclose()
    with pytest.raises(ProviderError):
        await anext(stream)
