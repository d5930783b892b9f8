"""The one writer of a run: what it does when the log says no."""

import asyncio
from typing import Any

from structlog.testing import capture_logs

from api.contract.events import RunIncomplete
from api.contract.types import OnDisconnect
from api.runs.log import StoreUnavailableError
from tests.runs.conftest import Stage
from tests.runs.test_service import asked, assert_well_formed, events_of


def fail_appends(stage: Stage, error: Exception, once: bool = False) -> Any:
    """Let the next append fail so, or every one until the function that this returns is called."""
    append, offer = stage.log.append, stage.log.offer

    def failing(*_: object) -> "asyncio.Future[None]":
        failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        failed.set_exception(error)
        return failed

    def refusing(*offered: Any) -> None:
        asyncio.get_running_loop().call_soon(offered[-1], error)
        if once:
            recover()

    def recover() -> None:
        stage.log.append, stage.log.offer = append, offer  # type: ignore[method-assign]

    stage.log.append, stage.log.offer = failing, refusing  # type: ignore[method-assign]
    return recover


async def test_half_a_surrogate_pair_is_replaced_and_the_reply_goes_on(stage: Stage) -> None:
    stage.provider.feed_reply("a\ud83d", "b 🎉")
    events = await events_of(stage, asked())
    assert_well_formed(events)
    assert events[-1].reply.content == "a?b 🎉"


async def test_an_outage_is_told_once_for_each_run_and_delays_its_events(
    stage: Stage, monkeypatch: Any
) -> None:
    monkeypatch.setattr("api.runs.writer.RETRY_SECONDS", 0.001)
    reading = asyncio.create_task(events_of(stage, asked()))
    stage.provider.feed("one ")
    while not stage.provider.requests:
        await asyncio.sleep(0)
    with capture_logs() as lines:
        recover = fail_appends(stage, StoreUnavailableError("full"))
        stage.provider.feed_reply("two ", "three")
        await asyncio.sleep(0.05)
        assert not reading.done()
        recover()
        events = await reading
    assert_well_formed(events)
    assert events[-1].reply.content == "one two three"
    told = [line["reason"] for line in lines if line["event"] == "run.waits_for_log"]
    assert told == ["full"]


async def test_a_bug_in_the_log_ends_the_run_as_incomplete(stage: Stage) -> None:
    run = asyncio.create_task(events_of(stage, asked(on_disconnect=OnDisconnect.CANCEL)))
    stage.provider.feed("one ")
    while not stage.provider.requests:
        await asyncio.sleep(0)
    while not await stage.log.read(stage.runs.live[0], 0, 1):
        await asyncio.sleep(0)
    with capture_logs():
        fail_appends(stage, ZeroDivisionError(), once=True)
        stage.provider.feed("two ")
        events = await run
    assert_well_formed(events)
    assert isinstance(events[-1], RunIncomplete)
