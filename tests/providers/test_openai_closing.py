"""A reader that leaves closes the upstream connection at once, however it leaves."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import aclosing, contextmanager

import pytest

from api.providers.openai import OpenAIProvider
from tests.providers.conftest import asking, parts_of
from tests.upstream import FakeUpstream

TIMES = 50


@contextmanager
def nothing_left_to_the_garbage_collector() -> Iterator[None]:
    """Fail where it closes a generator that its owner has not: it may come late or never."""
    abandoned: list[object] = []
    before = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(firstiter=before.firstiter, finalizer=abandoned.append)
    try:
        yield
    finally:
        sys.set_asyncgen_hooks(*before)
    assert abandoned == []


async def read_one(provider: OpenAIProvider) -> None:
    async with aclosing(provider.stream(asking())) as parts:
        await anext(parts)


async def received(upstream: FakeUpstream, count: int) -> None:
    await upstream.until(lambda: len(upstream.requests) == count)


async def closed(upstream: FakeUpstream, count: int) -> None:
    """Return once the upstream has seen so many clients leave."""
    await upstream.until(lambda: len(upstream.closed_early) == count)


async def test_closing_the_stream_closes_the_upstream(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    upstream.fault("hang", after_tokens=2, always=True)
    for number in range(1, TIMES + 1):
        with nothing_left_to_the_garbage_collector():
            await read_one(provider)
        await closed(upstream, number)
    assert upstream.active == []


async def test_closing_fifty_streams_at_once_closes_fifty_upstreams(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    upstream.fault("hang", after_tokens=2, always=True)
    await asyncio.gather(*(read_one(provider) for _ in range(TIMES)))
    await closed(upstream, TIMES)
    assert upstream.active == []


@pytest.mark.parametrize("fault", ["headers_hang", "hang", "token_drip"])
async def test_cancelling_the_reader_closes_the_upstream(
    upstream: FakeUpstream, provider: OpenAIProvider, fault: str
) -> None:
    upstream.fault(fault, after_tokens=1, always=True)
    for number in range(1, TIMES + 1):
        reader = asyncio.create_task(parts_of(provider, asking()))
        await received(upstream, number)
        reader.cancel()
        with nothing_left_to_the_garbage_collector(), pytest.raises(asyncio.CancelledError):
            await reader
        await closed(upstream, number)
    assert upstream.active == []


async def test_a_stream_under_backpressure_closes_as_well(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    upstream.numbered(200_000)
    await read_one(provider)
    await closed(upstream, 1)
    assert upstream.tokens_sent < 200_000


async def test_cancelling_at_any_moment_leaves_nothing_open(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    upstream.numbered(20, rate=2000, always=True)
    for rounds in range(150):
        reader = asyncio.create_task(parts_of(provider, asking()))
        for _ in range(rounds):
            await asyncio.sleep(0)
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
    await upstream.until(lambda: upstream.active == [])


async def test_leaving_early_leaves_no_task_behind(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    upstream.fault("hang", after_tokens=2, always=True)
    before = len(asyncio.all_tasks())
    for _ in range(TIMES):
        await read_one(provider)
    assert len(asyncio.all_tasks()) == before
