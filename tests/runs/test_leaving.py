"""Clients that leave at odd moments: no run is left behind that nobody makes."""

import asyncio
from contextlib import aclosing

import pytest

from api.contract.events import RunCancelled, RunCompleted
from api.contract.types import ChatInput, OnDisconnect, Run, RunStatus
from tests.runs.conftest import Stage
from tests.runs.test_service import ME, asked


async def run_of(stage: Stage, request: ChatInput) -> Run:
    """The run that the request, asked with a key, has begun, once it has ended."""
    begun = await stage.runs.start(request, ME)
    assert isinstance(begun, Run)
    run_id = begun.id
    events = [event async for event in stage.runs.follow(run_id, ME, None)]
    found = await stage.runs.find(run_id, ME)
    assert isinstance(found, Run)
    assert events[-1].seq == found.last_seq
    return found


@pytest.mark.parametrize("turns", range(8))
@pytest.mark.parametrize("wish", OnDisconnect)
async def test_a_client_that_leaves_before_its_run_has_begun_leaves_no_orphan(
    stage: Stage, wish: OnDisconnect, turns: int
) -> None:
    request = asked(idempotency_key="k", on_disconnect=wish)
    asking = asyncio.create_task(stage.runs.complete(request, ME))
    for _ in range(turns):
        await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])
    if turns == 0:
        assert stage.runs.live == []  # it left before the request was looked at
        return
    if wish is OnDisconnect.CONTINUE:
        stage.provider.feed_reply("whole")
    run = await run_of(stage, request)
    stopped = wish is OnDisconnect.CANCEL
    assert run.status is (RunStatus.CANCELLED if stopped else RunStatus.COMPLETED)


async def test_a_lost_connection_that_is_noticed_late_does_not_stop_its_retry(
    stage: Stage,
) -> None:
    again = asked(idempotency_key="k", on_disconnect=OnDisconnect.CANCEL)
    lost, retry = (stage.runs.stream(again, ME) for _ in range(2))
    assert await anext(lost) == await anext(retry)
    await lost.aclose()
    stage.provider.feed_reply("whole")
    assert isinstance([event async for event in retry][-1], RunCompleted)


async def test_the_last_reader_who_leaves_stops_the_run(stage: Stage) -> None:
    again = asked(idempotency_key="k", on_disconnect=OnDisconnect.CANCEL)
    streams = [stage.runs.stream(again, ME) for _ in range(3)]
    (run_id,) = {(await anext(stream)).run_id for stream in streams}
    for stream in streams:
        assert stage.runs.live == [run_id]
        await stream.aclose()
    async with aclosing(stage.runs.follow(run_id, ME, None)) as events:
        assert isinstance([event async for event in events][-1], RunCancelled)
