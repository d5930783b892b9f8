"""The scripted provider replays what is queued, and rehearses what a frontend must show."""

import asyncio
from contextlib import aclosing

import pytest

from api.contract.usage import FinishReason, TokenUsage
from api.providers.errors import (
    ContentRefusedError,
    ModelRateLimitedError,
    ModelTimedOutError,
    ModelUnavailableError,
    ProviderError,
    ReplyTruncatedError,
)
from api.providers.scripted import ScriptedProvider
from tests.providers.conftest import asking, parts_of, parts_until_failure, text_of


@pytest.fixture
def scripted() -> ScriptedProvider:
    return ScriptedProvider(pause=0, idle_timeout=0)


async def test_queued_replies_come_in_order_part_by_part(scripted: ScriptedProvider) -> None:
    usage = TokenUsage(prompt_tokens=1, completion_tokens=2, total_tokens=3)
    scripted.queue("one", " two", 0.0, usage, FinishReason.LENGTH)
    scripted.queue("three", FinishReason.STOP)
    first, second = asking("first"), asking("second")
    assert await parts_of(scripted, first) == ["one", " two", usage, FinishReason.LENGTH]
    assert await parts_of(scripted, second) == ["three", FinishReason.STOP]
    assert scripted.requests == [first, second]


async def test_a_reply_without_a_finish_reason_was_cut(scripted: ScriptedProvider) -> None:
    scripted.queue("half")
    parts, failure = await parts_until_failure(scripted, asking())
    assert parts == ["half"]
    assert type(failure) is ReplyTruncatedError


async def test_a_queued_failure_strikes_where_it_stands(scripted: ScriptedProvider) -> None:
    scripted.queue("half", ModelUnavailableError("It broke."))
    parts, failure = await parts_until_failure(scripted, asking())
    assert parts == ["half"]
    assert str(failure) == "It broke."


async def test_an_event_holds_the_reply(scripted: ScriptedProvider) -> None:
    go = asyncio.Event()
    scripted.queue("one", go, " two", FinishReason.STOP)
    stream = scripted.stream(asking())
    assert await anext(stream) == "one"
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    assert not waiting.done()
    go.set()
    assert await waiting == " two"
    await stream.aclose()


async def test_it_counts_the_readers_that_left_early(scripted: ScriptedProvider) -> None:
    await parts_of(scripted, asking("to the end"))
    assert scripted.closed == 0
    async with aclosing(scripted.stream(asking("not to the end"))) as parts:
        await anext(parts)
    assert scripted.closed == 1
    scripted.queue(asyncio.Event())
    reader = asyncio.create_task(parts_of(scripted, asking()))
    await asyncio.sleep(0)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert scripted.closed == 2


async def test_by_itself_it_repeats_the_question_word_by_word(scripted: ScriptedProvider) -> None:
    question = "Who  is\nthe Phantom?"
    *words, usage, finish = await parts_of(scripted, asking(question))
    assert text_of(words) == question
    assert len(words) > 2
    assert usage == TokenUsage(
        prompt_tokens=4, completion_tokens=len(words), total_tokens=4 + len(words)
    )
    assert finish is FinishReason.STOP


@pytest.mark.parametrize("question", ["/long", "/markdown", "/inert"])
async def test_a_rehearsed_text_is_a_whole_reply(scripted: ScriptedProvider, question: str) -> None:
    parts = await parts_of(scripted, asking(question))
    assert len(text_of(parts)) > len(question)
    assert parts[-1] is FinishReason.STOP


@pytest.mark.parametrize(
    ("question", "expected", "text"),
    [
        ("/cut", ReplyTruncatedError, True),
        ("/fail", ModelUnavailableError, True),
        ("/down", ModelUnavailableError, False),
        ("/limit", ModelRateLimitedError, False),
        ("/refuse", ContentRefusedError, False),
        ("/silent", ModelTimedOutError, False),
    ],
)
async def test_a_rehearsed_failure_happens_every_time(
    scripted: ScriptedProvider, question: str, expected: type[ProviderError], text: bool
) -> None:
    for _ in range(3):
        parts, failure = await parts_until_failure(scripted, asking(question))
        assert type(failure) is expected
        assert bool(text_of(parts)) is text
