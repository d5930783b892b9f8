"""Fixtures of the durability tests: server processes over the fake upstream, and a client."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import aiohttp
import pytest

from tests.servers import ServerProcess
from tests.upstream.server import FakeUpstream

Serve = Callable[..., ServerProcess]


@pytest.fixture
def serve(tmp_path: Path, upstream: FakeUpstream) -> Iterator[Serve]:
    """A function that starts `parley serve`; settings are given as `PARLEY_…="…"`.

    All servers of a test share one data directory and end with the test.
    """
    with ExitStack() as stack:

        def start(**environment: str) -> ServerProcess:
            model = {"OPENAI_BASE_URL": upstream.base_url, "PARLEY_MODEL": "fake"}
            server = ServerProcess(tmp_path / "data", **{**model, **environment})
            return stack.enter_context(server)

        yield start


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A client that never reuses a connection: each request may be cut by itself."""
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    timeout = aiohttp.ClientTimeout(total=120, sock_connect=30)
    session = aiohttp.ClientSession(connector=connector, timeout=timeout, read_bufsize=1 << 25)
    async with session:
        yield session
