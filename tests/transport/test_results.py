"""Results handed over as they come, and those that only graphql-core can make."""

from collections.abc import AsyncGenerator, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from api.transport.engine import Result, Results
from api.transport.selection import NotPlainError

PLAIN, ODD = SimpleNamespace(seq=1, plain=True), SimpleNamespace(seq=2, plain=False)


class Source:
    """Hands over its events, or yields what it could not hand over."""

    def __init__(self, *events: Any) -> None:
        self._events = list(events)

    async def flow(self, take: Callable[[Any], bool]) -> None:
        while self._events and take(self._events.pop(0)):
            continue

    async def __anext__(self) -> Any:
        if not self._events:
            raise StopAsyncIteration
        return self._events.pop(0)

    async def aclose(self) -> None:
        self._events.clear()


class Operation:
    """Selects of plain events; `executed` is what becomes of the others."""

    def __init__(self, executed: Result | Exception) -> None:
        self._executed = executed

    def selection(self, event: Any) -> bytes:
        if not event.plain:
            raise NotPlainError
        return b"selected"

    async def result_of(self, event: Any) -> Result:
        if isinstance(self._executed, Exception):
            raise self._executed
        return self._executed


def results(executed: Result | Exception, *events: Any) -> Results:
    source: AsyncGenerator[Any, None] = Source(*events)  # type: ignore[assignment]
    return Results(Operation(executed), source)  # type: ignore[arg-type]


async def flowed(of: Results) -> list[Result]:
    written: list[Result] = []

    def write(payload: bytes, seq: int | None) -> bool:
        written.append(Result(payload, seq))
        return True

    await of.flow(write)
    return written


async def test_what_is_not_plain_comes_by_iteration_in_its_place() -> None:
    executed = Result(b"executed", 2)
    stream = results(executed, PLAIN, ODD, PLAIN)
    assert await flowed(stream) == [Result(b"selected", 1)]
    assert await flowed(stream) == []  # first what is left
    assert await anext(stream) == executed
    assert await flowed(stream) == [Result(b"selected", 1)]
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_a_bug_in_what_was_left_is_masked_and_ends_the_stream() -> None:
    stream = results(ZeroDivisionError("a secret"), ODD, PLAIN)
    assert await flowed(stream) == []
    masked = await anext(stream)
    assert b"errors" in masked.payload
    assert b"a secret" not in masked.payload
    with pytest.raises(StopAsyncIteration):
        await anext(stream)
