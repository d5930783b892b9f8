"""How much of a page has to be painted anew after each step of a turn."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from enum import IntEnum
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeAlias, TypeVar

from clients.python.pages.visit import Visit

Owner = TypeVar("Owner")
Told = ParamSpec("Told")


class Change(IntEnum):
    """Each includes those before it."""

    WORDS = 1
    """The reply that grows, and what stands in its way."""
    CONVERSATION = 2
    """All messages, and what one can do with them; the browser keeps the visit as it is now."""
    EVERYTHING = 3
    """Who answers and the settings as well: the API has answered, or another was chosen."""


Steps: TypeAlias = AsyncGenerator[None, None]
Turn: TypeAlias = AsyncGenerator[Change, None]


def turn(
    steps: Callable[Concatenate[Owner, Visit, Told], Steps],
) -> Callable[Concatenate[Owner, Visit, Told], Turn]:
    """Let a method that changes a visit step by step tell what each step has changed."""

    def told(owner: Owner, visit: Visit, /, *args: Told.args, **kwargs: Told.kwargs) -> Turn:
        return _changes(visit, steps(owner, visit, *args, **kwargs))

    update_wrapper(told, steps)
    return told


async def _changes(visit: Visit, steps: Steps) -> Turn:
    setting, phase, change = visit.setting, None, Change.CONVERSATION
    async with aclosing(steps):
        async for _ in steps:
            change = Change.CONVERSATION if visit.phase != phase else Change.WORDS
            change = Change.EVERYTHING if visit.setting != setting else change
            setting, phase = visit.setting, visit.phase
            yield change
    if change == Change.WORDS:
        yield Change.CONVERSATION
