"""Several workers on one log: whichever one a client meets, it meets the same runs."""

import asyncio
import json
import os
import signal
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.durability.asking import CANCEL, FOLLOW, RUN, START, chat_input, post
from tests.durability.conftest import Serve
from tests.durability.logged import assert_whole, events_of, run_ids
from tests.durability.placement import wires_to_all
from tests.durability.scale import times
from tests.servers import wait_until
from tests.transport.wire import Wire
from tests.upstream.server import FakeUpstream

TURNS = times(10)


def answer(wire: Wire, query: str, **variables: Any) -> Any:
    found = wire.post("/graphql", {"query": query, "variables": variables}).answer().json
    (value,) = found["data"].values()
    return value


def next_event(wire: Wire) -> dict[str, Any]:
    wire.read_until(b"data: ")
    event: dict[str, Any] = json.loads(wire.read_until(b"\n"))["data"]["run"]
    return event


def test_a_run_is_started_on_one_worker_resumed_on_a_second_and_stopped_on_a_third(
    serve: Serve, upstream: FakeUpstream
) -> None:
    server = serve(PARLEY_WORKERS="4")
    for _ in range(TURNS):
        upstream.reset()
        with ExitStack() as stack:
            wires = [stack.enter_context(wire) for wire in wires_to_all(server, 4).values()]
            assert_whole(events_of(server.data_dir, start_resume_stop(wires, upstream)))


def start_resume_stop(wires: list[Wire], upstream: FakeUpstream) -> str:
    """Each step on another worker, each seen before the next; returns the run's id."""
    first, second, third, fourth = wires
    gate = upstream.numbered(1000, gated=True)
    run_id: str = answer(first, START, input=chat_input("Count."))["id"]
    ask = {"query": FOLLOW, "variables": {"id": run_id, "after": 0}}
    second.post("/graphql", ask, accept="text/event-stream").read_head()
    for token in range(3):
        gate.release()
        event = next_event(second)
        assert (event["seq"], event["text"].strip()) == (token + 1, f"t{token}")
    assert answer(third, CANCEL, id=run_id)["outcome"] == "STOPPING"
    end = next_event(second)
    assert (end["__typename"], end["seq"]) == ("RunCancelled", 4)
    upstream.wait_until(lambda: len(upstream.closed_early) == 1)
    assert answer(third, CANCEL, id=run_id)["outcome"] == "ALREADY_ENDED"
    assert answer(fourth, RUN, id=run_id)["status"] == "CANCELLED"
    return run_id


async def test_one_key_is_one_run_on_all_workers_together(
    serve: Serve, upstream: FakeUpstream, http: aiohttp.ClientSession
) -> None:
    server = serve(PARLEY_WORKERS="3")
    wires = await asyncio.to_thread(wires_to_all, server, 3)
    for wire in wires.values():
        wire.close()
    gate = upstream.numbered(10, gated=True)
    asked = chat_input("Count.", idempotencyKey="k")
    started = await asyncio.gather(*(post(http, server.url, START, input=asked) for _ in range(50)))
    assert len({run["id"] for run in started}) == 1
    gate.open()
    await upstream.until(lambda: bool(upstream.requests) and not upstream.active)
    assert len(upstream.requests) == 1
    assert run_ids(server.data_dir) == [started[0]["id"]]


def test_workers_end_with_the_process_that_started_them(
    serve: Serve, upstream: FakeUpstream
) -> None:
    server = serve(PARLEY_WORKERS="2")
    workers = server.worker_pids
    assert server.process
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    for pid in workers:
        wait_until(lambda pid=pid: not alive(pid), what="the end of an orphaned worker")
    server.start()  # the port is free again


def test_workers_that_cannot_start_end_the_server(serve: Serve, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no usable assistant"):
        serve(PARLEY_WORKERS="2", PARLEY_ASSISTANTS_DIR=str(tmp_path))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(") ")[2][0] != "Z"
