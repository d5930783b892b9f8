"""Deadlines end the wait that outlasts them, and nothing else."""

import asyncio

import pytest

from api.providers.deadlines import Deadlines
from api.providers.errors import ModelTimedOutError

NEVER = 60.0


async def test_a_wait_within_its_deadline_gives_its_result() -> None:
    assert await Deadlines(NEVER, NEVER).within(asyncio.sleep(0, "done")) == "done"


async def test_silence_meets_the_idle_deadline() -> None:
    with pytest.raises(ModelTimedOutError) as passed:
        await Deadlines(0.01, NEVER).within(asyncio.Event().wait())
    assert passed.value.seconds == 0.01


async def test_activity_without_end_meets_the_total_deadline() -> None:
    deadlines = Deadlines(NEVER, 0.05)
    with pytest.raises(ModelTimedOutError) as passed:
        while True:
            deadlines.renew()
            await deadlines.within(asyncio.sleep(0.001))
    assert passed.value.seconds == 0.05


async def test_without_renewal_many_short_waits_count_as_one() -> None:
    deadlines = Deadlines(0.05, NEVER)
    with pytest.raises(ModelTimedOutError):
        while True:
            await deadlines.within(asyncio.sleep(0.001))


async def test_a_slow_consumer_is_not_an_idle_upstream() -> None:
    deadlines = Deadlines(0.05, NEVER)
    await deadlines.within(asyncio.sleep(0))
    await asyncio.sleep(0.1)  # the consumer at work
    deadlines.renew()
    assert await deadlines.within(asyncio.sleep(0, "still well")) == "still well"


async def test_a_shorter_deadline_takes_effect_at_once() -> None:
    deadlines = Deadlines(NEVER, NEVER)
    await deadlines.within(asyncio.sleep(0))
    deadlines.renew(0.01)
    with pytest.raises(ModelTimedOutError):
        await deadlines.within(asyncio.Event().wait())


async def test_cancellation_from_outside_stays_a_cancellation() -> None:
    task = asyncio.create_task(Deadlines(NEVER, NEVER).within(asyncio.Event().wait()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_outer_timeout_keeps_its_own_error() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await Deadlines(NEVER, NEVER).within(asyncio.Event().wait())


async def test_a_deadline_that_passed_leaves_the_task_uncancelled() -> None:
    with pytest.raises(ModelTimedOutError):
        await Deadlines(0.01, NEVER).within(asyncio.Event().wait())
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)
