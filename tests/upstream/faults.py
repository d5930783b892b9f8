"""Everything that the fake upstream can do wrong, by name."""

import inspect
from collections.abc import Awaitable, Callable
from types import ModuleType

from tests.upstream import breaks, refusals
from tests.upstream.exchange import Exchange

Fault = Callable[[Exchange], Awaitable[None]]
"""Plays a whole reply."""


def _faults_of(module: ModuleType) -> dict[str, Fault]:
    return dict(inspect.getmembers(module, inspect.iscoroutinefunction))


FAULTS: dict[str, Fault] = {**_faults_of(refusals), **_faults_of(breaks)}
"""To add one: a coroutine function in `refusals.py` or `breaks.py`."""
