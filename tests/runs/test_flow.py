"""Events handed over in the moment in which they are logged: all of them, once, in order."""

import asyncio
import random
from contextlib import aclosing

import pytest

from api.contract.events import TERMINAL_EVENTS, AnyRunEvent
from api.runs.feed import TAIL, Feed
from tests.runs.conftest import Stage
from tests.runs.events import completed, delta, seqs, started
from tests.runs.test_service import ME, asked, assert_well_formed


def begun() -> Feed:
    feed = Feed()
    feed.publish([started()])
    return feed


async def flowing(feed: Feed, after: int, took: list[AnyRunEvent], until: int = 99) -> object:
    def take(event: AnyRunEvent) -> bool:
        took.append(event)
        return event.seq < until

    return await feed.flow(after, take)


async def test_an_event_is_taken_before_its_publication_returns() -> None:
    feed, took = begun(), []
    task = asyncio.create_task(flowing(feed, 0, took))
    await asyncio.sleep(0)
    for seq in range(1, 5):
        feed.publish([delta(seq)])
        assert seqs(took) == list(range(1, seq + 1))
    feed.publish([completed(5)])
    assert await task is took[-1]
    assert isinstance(took[-1], TERMINAL_EVENTS)


async def test_a_flow_ends_with_the_event_after_which_no_other_can_be_taken() -> None:
    feed, took = begun(), []
    task = asyncio.create_task(flowing(feed, 0, took, until=2))
    await asyncio.sleep(0)
    feed.publish([delta(1), delta(2), delta(3)])
    assert await task is took[-1]
    assert seqs(took) == [1, 2]


async def test_nothing_flows_to_somebody_who_lacks_events() -> None:
    feed, took = begun(), []
    assert await flowing(feed, -1, took) is None
    feed.lose()
    assert await flowing(feed, 0, took) is None
    assert took == []


async def test_a_lost_feed_ends_its_flows() -> None:
    feed = begun()
    task = asyncio.create_task(flowing(feed, 0, []))
    await asyncio.sleep(0)
    feed.lose()
    assert await task is None


async def test_a_follower_that_fails_harms_nobody_else() -> None:
    feed, took = begun(), []

    def failing(_: AnyRunEvent) -> bool:
        raise ZeroDivisionError

    fails = asyncio.create_task(feed.flow(0, failing))
    goes_on = asyncio.create_task(flowing(feed, 0, took))
    await asyncio.sleep(0)
    feed.publish([delta(1)])
    feed.publish([completed(2)])
    with pytest.raises(ZeroDivisionError):
        await fails
    assert await goes_on is took[-1]
    assert seqs(took) == [1, 2]


async def test_a_follower_that_leaves_is_forgotten() -> None:
    feed, took = begun(), []
    task = asyncio.create_task(flowing(feed, 0, took))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    feed.publish([delta(1)])
    assert took == []


@pytest.mark.parametrize("seed", range(8))
async def test_flowing_and_iterating_by_turns_loses_and_doubles_nothing(
    stage: Stage, seed: int
) -> None:
    chance = random.Random(seed)
    pieces = [f"{number} " for number in range(12 * TAIL)]
    events: list[AnyRunEvent] = []

    def take(event: AnyRunEvent) -> bool:
        events.append(event)
        return chance.random() < 0.8

    async def feed() -> None:
        for piece in pieces:
            stage.provider.feed(piece)
            for _ in range(chance.randrange(3)):
                await asyncio.sleep(0)
        stage.provider.feed_reply()

    feeding = asyncio.create_task(feed())
    async with aclosing(stage.runs.stream(asked(), ME)) as stream:
        async for event in stream:
            events.append(event)
            await stream.flow(take)
            for _ in range(chance.choice((0, 0, 1, 200))):
                await asyncio.sleep(0)  # falls behind: the rest has to be read
    await feeding
    assert_well_formed(events)
    assert events[-1].reply.content == "".join(pieces)
