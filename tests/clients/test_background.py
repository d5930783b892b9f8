"""A stream is let go of at once, whenever Ctrl-C comes."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest

from clients.python import TextDelta, background
from clients.python.background import EventStream
from clients.python.events import StreamEvent


def delta(seq: int) -> StreamEvent:
    return TextDelta(run_id="r", seq=seq, at=datetime.now(UTC), text="t")


class Source:
    """One event, and then none for ever."""

    def __init__(self) -> None:
        self.waits, self.closed = threading.Event(), threading.Event()

    async def events(self) -> AsyncGenerator[StreamEvent, None]:
        try:
            yield delta(0)
            self.waits.set()
            await asyncio.Event().wait()
        finally:
            self.closed.set()


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def stream(source: Source) -> EventStream:
    return EventStream(source.events())


def test_closing_ends_the_wait_for_the_next_event(source: Source, stream: EventStream) -> None:
    next(stream)
    reader = threading.Thread(target=lambda: [*stream])
    reader.start()
    assert source.waits.wait(5)
    stream.close()
    reader.join(5)
    assert source.closed.is_set() and not reader.is_alive()


def test_an_interruption_before_the_step_is_known_does_not_hold_up_the_close(
    source: Source, stream: EventStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit = background.submit

    def interrupted(work: Coroutine[Any, Any, Any]) -> Any:
        submit(work)
        assert source.waits.wait(5)
        raise KeyboardInterrupt

    next(stream)
    monkeypatch.setattr(background, "submit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(stream)
    monkeypatch.undo()
    stream.close()
    assert source.closed.is_set()
    assert [*stream] == []
