"""The pytest fixture that serves a fresh fake upstream to one test."""

from collections.abc import Iterator

import pytest

from tests.upstream.server import FakeUpstream


@pytest.fixture
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream() as server:
        yield server
