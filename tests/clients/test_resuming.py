"""One unbroken stream out of connections that break: each event once, in order, to the end."""

from contextlib import aclosing
from typing import Any

import pytest

from clients.python import (
    ApiRefusedError,
    ApiUnreachableError,
    Reconnecting,
    RequestError,
    StreamEvent,
    StreamLostError,
)
from clients.python.connection import ConnectionLostError
from clients.python.resuming import Patience, resumed
from tests.clients.scripted_wire import (
    Clock,
    ScriptedWire,
    completed,
    delta,
    event,
    refused,
    started,
)

LOST = ConnectionLostError("cut")


async def read(wire: ScriptedWire, clock: Clock | None = None, **point: Any) -> list[StreamEvent]:
    patience = (clock or Clock()).patience()
    async with aclosing(resumed(wire, patience, **point)) as events:
        return [event async for event in events]


def numbers(events: list[StreamEvent]) -> list[int | None]:
    """`seq` of each event; None for `Reconnecting`."""
    return [None if isinstance(e, Reconnecting) else e.seq for e in events]


async def test_an_unbroken_stream_passes_through() -> None:
    wire = ScriptedWire([started(), delta(1), completed(2)])
    assert numbers(await read(wire)) == [0, 1, 2]
    assert wire.opened == ["start"]
    assert wire.closed == 1


@pytest.mark.parametrize("cut", [[LOST], []])
async def test_a_cut_stream_is_followed_from_the_last_event(cut: list[Exception]) -> None:
    """Also one that ends in good order, but without its terminal event."""
    wire = ScriptedWire([started(), delta(1), *cut], [delta(2), completed(3)])
    events = await read(wire)
    assert numbers(events) == [0, 1, None, 2, 3]
    assert wire.opened == ["start", ("r1", 1)]
    assert events[2] == Reconnecting(run_id="r1", after=1, attempt=1, delay_seconds=0.5)


async def test_repeated_events_come_once() -> None:
    wire = ScriptedWire(
        [started(), delta(1), delta(1), delta(2), LOST],
        [started(), delta(1), delta(2), delta(3), completed(4)],
    )
    assert numbers(await read(wire)) == [0, 1, 2, None, 3, 4]


async def test_missing_events_are_fetched_before_later_ones_are_shown() -> None:
    wire = ScriptedWire([started(), delta(2)], [delta(1), completed(3)], [delta(2), completed(3)])
    assert numbers(await read(wire)) == [0, None, 1, None, 2, 3]
    assert wire.opened == ["start", ("r1", 0), ("r1", 1)]


async def test_a_connection_lost_before_the_first_event_starts_the_same_request_again() -> None:
    wire = ScriptedWire([LOST], [started(), completed(1)])
    events = await read(wire)
    assert wire.opened == ["start", "start"]
    assert numbers(events) == [None, 0, 1]
    assert events[0] == Reconnecting(run_id=None, after=-1, attempt=1, delay_seconds=0.5)


async def test_nothing_comes_after_the_terminal_event() -> None:
    wire = ScriptedWire([started(), completed(1), delta(2), completed(3)])
    assert numbers(await read(wire)) == [0, 1]


async def test_a_terminal_event_of_the_future_ends_the_stream() -> None:
    ending = event("RunHandedOver", 1, finishReason="HANDED_OVER")
    wire = ScriptedWire([started(), ending, delta(2)])
    assert numbers(await read(wire)) == [0, 1]


async def test_events_without_a_number_pass_through() -> None:
    odd = event("Advertisement", None)  # type: ignore[arg-type]
    wire = ScriptedWire([started(), odd, delta(1), completed(2)])
    assert numbers(await read(wire)) == [0, None, 1, 2]


async def test_an_api_that_never_answered_is_unreachable_at_once() -> None:
    clock = Clock()
    wire = ScriptedWire([ApiUnreachableError("http://x")], [started()])
    with pytest.raises(ApiUnreachableError):
        await read(wire, clock)
    assert (wire.opened, clock.slept) == (["start"], [])


async def test_an_api_that_has_answered_is_tried_again_until_the_deadline() -> None:
    clock = Clock()
    gone = [[ApiUnreachableError("http://x")] for _ in range(1000)]
    wire = ScriptedWire([started(), delta(1), LOST], *gone)
    with pytest.raises(StreamLostError) as caught:
        await read(wire, clock)
    assert (caught.value.run_id, caught.value.last_seq) == ("r1", 1)
    assert isinstance(caught.value.__cause__, ApiUnreachableError)
    assert 55 < clock.now <= 60
    assert clock.slept[:6] == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]


async def test_progress_begins_the_patience_anew() -> None:
    clock = Clock()
    parts = [[delta(n), LOST] for n in range(1, 200)]
    wire = ScriptedWire([started(), LOST], *parts, [completed(200)])
    events = await read(wire, clock)
    assert [n for n in numbers(events) if n is not None] == list(range(201))
    assert clock.now > 60
    assert set(clock.slept) == {0.5}


async def test_a_refusal_for_good_is_not_tried_again() -> None:
    for error in (ApiRefusedError(401, "no"), RequestError("no", "FORBIDDEN")):
        wire = ScriptedWire([started(), delta(1), LOST], [error], [completed(2)])
        with pytest.raises(type(error)):
            await read(wire)
        assert wire.opened == ["start", ("r1", 1)]


async def test_a_refusal_for_a_while_is_tried_again() -> None:
    busy = ApiRefusedError(503, "busy", retryable=True)
    wire = ScriptedWire([started(), LOST], [busy], [completed(1)])
    assert numbers(await read(wire)) == [0, None, None, 1]


async def test_following_that_is_refused_for_a_while_is_tried_again() -> None:
    wire = ScriptedWire([started(), delta(1), LOST], [refused(True)], [completed(2)])
    assert numbers(await read(wire)) == [0, 1, None, None, 2]


async def test_following_that_is_refused_for_good_ends_with_the_problem() -> None:
    wire = ScriptedWire([started(), delta(1), LOST], [refused(False)], [completed(2)])
    events = await read(wire)
    assert numbers(events) == [0, 1, None, 0]
    assert events[-1].problem.reason == "Disk full."  # type: ignore[union-attr]


async def test_a_run_is_followed_from_where_its_reader_was() -> None:
    wire = ScriptedWire([delta(5), completed(6)])
    assert numbers(await read(wire, run_id="r1", after=4)) == [5, 6]
    assert wire.opened == [("r1", 4)]


async def test_a_run_whose_end_was_read_before_has_nothing_more() -> None:
    wire = ScriptedWire([], over=True)
    assert await read(wire, run_id="r1", after=6) == []
    assert wire.opened == [("r1", 6)]


async def test_closing_the_stream_closes_the_connection() -> None:
    wire = ScriptedWire([started(), delta(1), completed(2)])
    async with aclosing(resumed(wire, Clock().patience())) as events:
        await anext(events)
        assert wire.closed == 0
    assert wire.closed == 1


def test_delays_have_full_jitter_up_to_a_bound() -> None:
    drawn: list[tuple[float, float]] = []
    patience = Patience(jitter=lambda least, most: drawn.append((least, most)) or most)
    for attempt in (1, 2, 5, 10_000):
        patience.delay(attempt)
    assert drawn == [(0, 0.5), (0, 1.0), (0, 5.0), (0, 5.0)]
