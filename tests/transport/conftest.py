"""Fixtures of the transports' tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.servers import LiveServer
from tests.transport.toy import Sources, ToyServer
from tests.upstream.server import FakeUpstream

StartToy = Callable[..., ToyServer]


@pytest.fixture
def start_toy() -> Iterator[StartToy]:
    """A function that serves the toy schema; its options go to the endpoint."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(ToyServer(**options))


@pytest.fixture(scope="module")
def served_toy() -> Iterator[ToyServer]:
    with ToyServer() as server:
        yield server


@pytest.fixture
def toy(served_toy: ToyServer) -> ToyServer:
    """The toy schema, with sources that no other test has touched."""
    served_toy.sources = Sources()
    return served_toy


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: Any) -> Iterator[LiveServer]:
    """A live server for a whole module: for requests that never become a run."""
    with FakeUpstream() as upstream:
        settings = {"openai_base_url": upstream.base_url, "model": "fake"}
        with LiveServer(tmp_path_factory.mktemp("data"), **settings) as server:
            yield server
