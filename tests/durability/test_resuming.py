"""Clients that lose their connection and come back miss nothing and get nothing twice."""

import asyncio
import random

import aiohttp
import pytest

from tests.durability.asking import CutError, start_run
from tests.durability.conftest import Serve
from tests.durability.logged import assert_whole, events_of, kept, seen, text_of
from tests.durability.readers import WAYS, Reader
from tests.durability.scale import times
from tests.servers import LiveServer, ServerProcess
from tests.upstream.script import last_question
from tests.upstream.server import FakeUpstream

RUNS = times(100)
TOKENS = 600
TOKENS_PER_SECOND = 50.0
CROWD = times(500)


def tokens_of(run: int) -> list[str]:
    """Tokens that show what was lost, doubled or swapped, also between runs."""
    return [f"{run}:{token} " for token in range(TOKENS)]


async def start_numbered(
    http: aiohttp.ClientSession, server: ServerProcess, upstream: FakeUpstream, run: int
) -> str:
    question = f"run {run}"
    upstream.reply(
        tokens_of(run),
        interval=1 / TOKENS_PER_SECOND,
        when=lambda body: last_question(body) == question,
    )
    return await start_run(http, server.url, question)


async def read_with_cuts(reader: Reader, chance: random.Random) -> None:
    """Read to the end, cut off at random moments, coming back each time on a random transport."""
    while not reader.ended:
        try:
            async with asyncio.timeout(chance.uniform(0.5, 5)):
                await reader.read(chance.choice(WAYS), at_most=chance.randint(1, 150))
        except (TimeoutError, CutError):
            reader.cuts += 1


async def test_a_hundred_runs_reach_readers_that_hop_between_transports_whole(
    serve: Serve, upstream: FakeUpstream, http: aiohttp.ClientSession
) -> None:
    server = serve()
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    starts = [start_numbered(http, server, upstream, run) for run in range(RUNS)]
    readers = [Reader(http, server.url, run_id) for run_id in await asyncio.gather(*starts)]
    chances = [random.Random(seed + number) for number in range(RUNS)]
    await asyncio.gather(*map(read_with_cuts, readers, chances))

    assert len(upstream.requests) == RUNS
    assert all(request.tokens_sent == TOKENS for request in upstream.requests)
    for run, reader in enumerate(readers):
        log = events_of(server.data_dir, reader.run_id)
        assert_whole(log)
        assert seen(reader.events) == kept(log)
        assert text_of(log) == reader.text == "".join(tokens_of(run))
        assert reader.events[-1]["__typename"] == "RunCompleted"
    print(f"{sum(reader.cuts for reader in readers)} cuts, {RUNS * TOKENS} tokens")
    assert sum(reader.cuts for reader in readers) > RUNS


async def test_a_crowd_that_comes_back_at_once_gets_all_and_disturbs_nobody(
    serve: Serve, upstream: FakeUpstream, http: aiohttp.ClientSession
) -> None:
    server = serve()
    run_ids = [await start_numbered(http, server, upstream, run) for run in range(10)]
    onlookers = [Reader(http, server.url, run_id) for run_id in run_ids]
    watching = [asyncio.create_task(onlooker.read("sse")) for onlooker in onlookers]
    crowd = [Reader(http, server.url, run_ids[n % 10]) for n in range(CROWD)]
    for wave in (5, 25, None):
        ways = [WAYS[(n + (wave or 0)) % len(WAYS)] for n in range(CROWD)]
        await asyncio.gather(
            *(member.read(way, wave) for member, way in zip(crowd, ways, strict=True))
        )
    await asyncio.gather(*watching)
    logs = {run_id: kept(events_of(server.data_dir, run_id)) for run_id in run_ids}
    for reader in [*crowd, *onlookers]:
        assert seen(reader.events) == logs[reader.run_id]
    assert [member.cuts for member in crowd] == [2] * CROWD
    assert [onlooker.cuts for onlooker in onlookers] == [0] * 10


@pytest.mark.parametrize("way", WAYS)
async def test_a_run_that_is_over_is_read_again_from_any_event(
    way: str, live_server: LiveServer, upstream: FakeUpstream, http: aiohttp.ClientSession
) -> None:
    upstream.numbered(20)
    whole = Reader(http, live_server.url, await start_run(http, live_server.url, "Count."))
    await whole.read("sse")
    for after in range(len(whole.events) - 1):
        again = Reader(http, live_server.url, whole.run_id, events=whole.events[: after + 1])
        await again.read(way)
        assert again.events == whole.events
