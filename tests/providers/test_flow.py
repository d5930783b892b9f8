"""Text that goes to `hear` instead of being yielded: the same text, and the same end."""

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from api.providers.base import Part
from api.providers.calm_reading import CalmResponseHandler
from api.providers.openai import OpenAIProvider
from tests.providers.conftest import OpenProvider, asking, parts_until_failure, text_of
from tests.upstream import FakeUpstream
from tests.upstream.faults import FAULTS
from tests.upstream.script import numbered

COUNT = 300


async def heard_of(provider: OpenAIProvider) -> tuple[str, list[Part], Exception | None]:
    """All text, all other parts, and the failure that ended them."""
    heard: list[str] = []
    parts, failure = await parts_until_failure(provider, replace(asking(), hear=heard.append))
    yielded = [part for part in parts if isinstance(part, str)]
    assert len(yielded) <= 1, "only the first piece is yielded"
    others = [part for part in parts if not isinstance(part, str)]
    return "".join([*yielded, *heard]), others, failure


@pytest.mark.parametrize("rate", [0.0, 2000.0])
async def test_all_text_is_heard_in_order_and_the_end_is_yielded(
    upstream: FakeUpstream, provider: OpenAIProvider, rate: float
) -> None:
    upstream.numbered(COUNT, rate=rate, always=True)
    parts, _ = await parts_until_failure(provider, asking())
    text, others, failure = await heard_of(provider)
    assert text == text_of(parts) == "".join(numbered(COUNT))
    assert others == [part for part in parts if not isinstance(part, str)]
    assert failure is None


@pytest.mark.parametrize("rate", [0.0, 2000.0])
async def test_behind_tls_all_text_is_heard_too_though_many_records_come_at_once(
    secured_upstream: FakeUpstream, open_provider: OpenProvider, rate: float
) -> None:
    provider = open_provider(base_url=secured_upstream.tls_url)
    secured_upstream.numbered(10 * COUNT if not rate else COUNT, rate=rate, always=True)
    for _ in range(3):
        text, _, failure = await heard_of(provider)
        assert failure is None
        assert text == "".join(numbered(10 * COUNT if not rate else COUNT))


async def test_a_connection_that_breaks_behind_tls_is_told_as_that(
    secured_upstream: FakeUpstream, open_provider: OpenProvider
) -> None:
    provider = open_provider(base_url=secured_upstream.tls_url)
    for fault in ("truncated", "chunk_cut", "connection_reset", "bad_json"):
        secured_upstream.fault(fault, after_tokens=3, always=True)
        (parts, failure), (text, _, same) = await asyncio.gather(
            parts_until_failure(provider, asking()), heard_of(provider)
        )
        assert (text, type(same)) == (text_of(parts), type(failure))


@pytest.mark.parametrize("fault", sorted({*FAULTS} - {"token_drip"}))
async def test_every_fault_ends_a_flow_as_it_ends_a_stream(
    upstream: FakeUpstream, open_provider: OpenProvider, fault: str
) -> None:
    """But the one that only the clock ends, now after one token more and now after one less."""
    provider = open_provider(idle_timeout=0.3, total_timeout=1.5)
    await provider.start()  # what it loads takes longer than that
    upstream.fault(fault, after_tokens=3, always=True)
    (parts, failure), (text, others, same) = await asyncio.gather(
        parts_until_failure(provider, asking()), heard_of(provider)
    )
    assert (text, type(same)) == (text_of(parts), type(failure))
    assert others == [part for part in parts if not isinstance(part, str)]


async def test_text_is_heard_in_the_moment_of_its_arrival(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    gate = upstream.numbered(4, gated=True)
    heard: asyncio.Queue[str] = asyncio.Queue()
    gate.release()
    async with aclosing(provider.stream(replace(asking(), hear=heard.put_nowait))) as parts:
        first = await anext(parts)
        rest = asyncio.ensure_future(anext(parts))
        for number in range(1, 4):
            gate.release()
            assert await heard.get() == numbered(4)[number]
            assert not rest.done()
        gate.release()
        assert first == numbered(4)[0]
        assert not isinstance(await rest, str)


async def test_closing_a_flow_closes_the_upstream(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    gate = upstream.numbered(9, gated=True, always=True)
    for count in range(1, 51):
        heard: asyncio.Queue[str] = asyncio.Queue()
        gate.release()
        async with aclosing(provider.stream(replace(asking(), hear=heard.put_nowait))) as parts:
            await anext(parts)
            rest = asyncio.ensure_future(anext(parts))
            gate.release()
            await heard.get()
            rest.cancel()
            await asyncio.wait([rest])
        await upstream.until(lambda count=count: len(upstream.closed_early) == count)
    assert upstream.active == []


async def test_a_connection_serves_again_after_a_flow(
    upstream: FakeUpstream, provider: OpenAIProvider
) -> None:
    upstream.numbered(3, always=True)
    for _ in range(5):
        text, _, failure = await heard_of(provider)
        assert (text, failure) == ("".join(numbered(3)), None)
        await asyncio.sleep(0.1)  # longer than a connection's probation
    assert upstream.connections == 1


async def test_reading_goes_on_where_it_had_stopped(
    upstream: FakeUpstream, provider: OpenAIProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    resumed = []
    resume = CalmResponseHandler.resume_reading

    def noted(self: CalmResponseHandler, *parser: bool) -> None:
        resumed.append(self._reading_paused)
        resume(self, *parser)

    monkeypatch.setattr(CalmResponseHandler, "resume_reading", noted)
    text = ["x" * 1000] * 2000
    upstream.reply(text)
    said = []
    async with aclosing(provider.stream(asking())) as parts:
        async for part in parts:
            if isinstance(part, str):
                said.append(part)
                await asyncio.sleep(0.05)  # slower than the upstream: its connection must wait
    assert "".join(said) == "".join(text)
    assert True in resumed
