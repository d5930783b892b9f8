"""The numbers of several workers are those of one server, whichever of them tells them."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from api.telemetry import sharing
from api.telemetry.sharing import shared_folder
from tests.durability.asking import START, chat_input
from tests.durability.conftest import Serve
from tests.durability.placement import wires_to_all
from tests.servers import DEADLINE, ServerProcess, wait_until
from tests.telemetry.numbers import number, outcomes, scraped, scraped_through
from tests.transport.wire import Wire
from tests.upstream.server import FakeUpstream


@contextmanager
def connected(server: ServerProcess) -> Iterator[dict[int, Wire]]:
    """A connection to each of two workers, by pid."""
    with ExitStack() as stack:
        wires = wires_to_all(server, 2)
        for wire in wires.values():
            stack.enter_context(wire)
        yield wires


def start(wire: Wire) -> None:
    asked = {"query": START, "variables": {"input": chat_input("Count.")}}
    assert wire.post("/graphql", asked).answer().json["data"]["startRun"]["__typename"] == "Run"


def test_workers_tell_the_numbers_of_all_also_of_one_that_was_killed(
    serve: Serve, upstream: FakeUpstream
) -> None:
    # A lease that a busy machine can keep: a run that is taken over counts as incomplete.
    server = serve(PARLEY_WORKERS="2", PARLEY_LEASE_SECONDS="5", PARLEY_SHUTDOWN_GRACE_SECONDS="0")
    with connected(server) as wires:
        first, second = wires.values()
        for wire in (first, first, first, second):
            start(wire)
        wait_until(lambda: outcomes(scraped_through(first)) == {"completed": 4})
        assert outcomes(scraped_through(second)) == {"completed": 4}
        upstream.fault("hang", 1, times=2)
        for wire in (first, second):
            start(wire)
        for wire in (first, second):
            wait_until(lambda w=wire: number(scraped_through(w), "parley_runs_in_flight") == 2)
        os.kill(next(iter(wires)), signal.SIGKILL)
        wait_until(
            lambda: outcomes(scraped_through(second)) == {"completed": 4, "incomplete": 1},
            3 * DEADLINE,
        )
        wait_until(lambda: number(scraped_through(second), "parley_runs_in_flight") == 1)
        numbers = scraped_through(second)
        assert number(numbers, "parley_time_to_first_token_seconds_count") == 6
    with connected(server) as wires:
        for wire in wires.values():
            assert outcomes(scraped_through(wire)) == {"completed": 4, "incomplete": 1}
    assert outcomes(scraped(server.url)) == {"completed": 4, "incomplete": 1}


def test_what_a_killed_server_left_behind_goes_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "MEMORY", tmp_path)
    left = tmp_path / "parley-metrics-left"
    left.mkdir()
    (left / "lock").touch()
    (left / "counter_1.db").touch()
    with shared_folder() as one:
        assert not left.exists()
        with shared_folder() as another:
            assert one.exists() and another.exists() and one != another
            assert one.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []
