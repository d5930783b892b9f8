"""The same key is the same run: paid once, told to everybody alike."""

import asyncio
from typing import Any

import aiohttp

from tests.durability.asking import CHAT, MUTATION, START, Ask, Event, chat_input, post
from tests.durability.readers import READS, over_sse
from tests.servers import LiveServer
from tests.upstream.server import FakeUpstream


async def ask_all_ways(
    http: aiohttp.ClientSession, url: str, count: int, asked: dict[str, Any]
) -> list[list[Event]]:
    """What so many clients see that ask at once, on all transports."""

    async def events(number: int) -> list[Event]:
        read = list(READS.values())[number % len(READS)]
        return [event async for event in read(http, url, Ask(CHAT, {"input": asked}))]

    return await asyncio.gather(*map(events, range(count)))


async def test_fifty_requests_with_one_key_are_one_run_also_while_it_goes_on(
    live_server: LiveServer, upstream: FakeUpstream, http: aiohttp.ClientSession
) -> None:
    gate = upstream.numbered(10, gated=True)
    asked = chat_input("Count.", idempotencyKey="k")
    early = asyncio.create_task(ask_all_ways(http, live_server.url, 25, asked))
    gate.release(5)
    await upstream.until(lambda: upstream.tokens_sent == 5)
    late = asyncio.create_task(ask_all_ways(http, live_server.url, 25, asked))
    joined = await post(http, live_server.url, START, input=asked)
    gate.open()
    logs = [*await early, *await late, *await ask_all_ways(http, live_server.url, 3, asked)]
    assert all(log == logs[0] for log in logs)
    assert logs[0][-1]["__typename"] == "RunCompleted"
    assert logs[0][0]["runId"] == joined["id"]
    reply = await post(http, live_server.url, MUTATION, input=asked)
    assert (reply["__typename"], reply["runId"]) == ("ChatReply", joined["id"])
    assert len(upstream.requests) == 1


async def test_the_same_key_with_another_input_is_a_conflict(
    live_server: LiveServer, upstream: FakeUpstream, http: aiohttp.ClientSession
) -> None:
    gate = upstream.numbered(10, gated=True)
    await post(http, live_server.url, START, input=chat_input("Count.", idempotencyKey="k"))
    other = chat_input("Count again.", idempotencyKey="k")
    for document in (START, MUTATION):
        refused = await post(http, live_server.url, document, input=other)
        assert (refused["__typename"], refused["retryable"]) == ("IdempotencyConflict", False)
    for log in await ask_all_ways(http, live_server.url, 3, other):
        assert [event["problem"]["__typename"] for event in log] == ["IdempotencyConflict"]
    gate.open()
    await upstream.until(lambda: bool(upstream.requests) and not upstream.active)
    assert len(upstream.requests) == 1


async def test_an_event_source_that_asks_again_with_its_key_goes_on_where_it_was(
    live_server: LiveServer, upstream: FakeUpstream, http: aiohttp.ClientSession
) -> None:
    upstream.numbered(10)
    asked = {"input": chat_input("Count.", idempotencyKey="k")}
    whole = [event async for event in over_sse(http, live_server.url, Ask(CHAT, asked))]
    again = Ask(CHAT, asked, last_event_id=1)
    assert [event async for event in over_sse(http, live_server.url, again)] == whole[2:]


async def test_an_event_source_that_asks_again_without_a_key_starts_no_second_run(
    live_server: LiveServer, upstream: FakeUpstream, http: aiohttp.ClientSession
) -> None:
    again = Ask(CHAT, {"input": chat_input("Count.")}, last_event_id=1)
    (refusal,) = [event async for event in over_sse(http, live_server.url, again)]
    assert refusal["problem"]["__typename"] == "InvalidInput"
    assert "idempotencyKey" in refusal["problem"]["reason"]
    assert upstream.requests == []
