"""Stop against the end of the reply, over HTTP: one end always, and a stop that says the truth."""

import asyncio
import random

import aiohttp

from tests.durability.asking import CANCEL, post, start_run
from tests.durability.logged import assert_whole, events_of, kept, seen
from tests.durability.readers import READS, Reader
from tests.durability.scale import times
from tests.servers import LiveServer
from tests.upstream.server import FakeUpstream

RACES = times(1000)
AT_ONCE = 10


async def race(http: aiohttp.ClientSession, url: str, chance: random.Random) -> tuple[Reader, str]:
    """A run that is read, and stopped at about the moment of its end; the stop's outcome."""
    reader = Reader(http, url, await start_run(http, url, "Count."))
    reading = asyncio.create_task(reader.read(chance.choice(list(READS))))
    await asyncio.sleep(chance.uniform(0, 0.03))
    stops = [post(http, url, CANCEL, id=reader.run_id) for _ in range(2)]
    first, second = await asyncio.gather(*stops)
    await reading
    assert "ALREADY" in first["outcome"] or "ALREADY" in second["outcome"]
    outcomes = {first["outcome"], second["outcome"]}
    return reader, "STOPPING" if "STOPPING" in outcomes else "ALREADY_ENDED"


async def test_a_stop_at_the_moment_of_the_end_leaves_one_end_and_says_what_happened(
    live_server: LiveServer, upstream: FakeUpstream, http: aiohttp.ClientSession
) -> None:
    upstream.numbered(6, rate=300, always=True)
    chance = random.Random(7)
    found: dict[str, int] = {}
    for _ in range(RACES // AT_ONCE):
        races = (race(http, live_server.url, chance) for _ in range(AT_ONCE))
        for reader, outcome in await asyncio.gather(*races):
            log = events_of(live_server.settings.data_dir, reader.run_id)
            assert_whole(log)
            assert seen(reader.events) == kept(log)
            end = reader.events[-1]["__typename"]
            assert end == ("RunCancelled" if outcome == "STOPPING" else "RunCompleted")
            found[end] = found.get(end, 0) + 1
    print(found)
