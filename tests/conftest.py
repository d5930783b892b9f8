"""Fixtures that most tests share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from api.providers.base import Provider
from tests.servers import LiveServer

pytest_plugins = ["tests.upstream.fixtures"]

StartServer = Callable[..., LiveServer]


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """A function that starts a live server; all of them stop with the test.

    `start_server(provider=None, **settings)`; each server has a data directory of its own unless
    `data_dir` says otherwise.
    """
    with ExitStack() as stack:

        def start(provider: Provider | None = None, **overrides: Any) -> LiveServer:
            overrides.setdefault("data_dir", tmp_path / f"data-{len(list(tmp_path.iterdir()))}")
            return stack.enter_context(LiveServer(provider=provider, **overrides))

        yield start


@pytest.fixture
def live_server(start_server: StartServer, upstream: Any) -> LiveServer:
    """A live server whose model is the fake upstream, over real HTTP."""
    return start_server(openai_base_url=upstream.base_url, openai_api_key="sk-test", model="fake")
