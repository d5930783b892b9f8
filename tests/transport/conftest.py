"""Fixtures of the transports' tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.transport.toy import ToyServer

StartToy = Callable[..., ToyServer]


@pytest.fixture
def start_toy() -> Iterator[StartToy]:
    """A function that serves the toy schema; its options go to the endpoint."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(ToyServer(**options))


@pytest.fixture
def toy(start_toy: Any) -> ToyServer:
    server: ToyServer = start_toy()
    return server
