"""`kill -9`: what a client has seen is in the log, and every run gets its one end."""

import asyncio
import os
import signal
import time
from dataclasses import dataclass
from itertools import cycle

import aiohttp

from api.contract.events import RunIncomplete
from tests.durability.asking import CutError, start_run
from tests.durability.conftest import Serve
from tests.durability.logged import (
    assert_whole,
    events_of,
    kept,
    record_of,
    seen,
    text_of,
)
from tests.durability.readers import READS, Reader
from tests.durability.scale import times
from tests.servers import ServerProcess
from tests.upstream.server import FakeUpstream

KILLS = times(10)
RUNS_EACH = 8
LEASE_SECONDS = 1.0
WITHIN_SECONDS = 10.0


@dataclass
class Streaming:
    """Runs with one reader each, which read until their connection is cut."""

    readers: list[Reader]
    tasks: list["asyncio.Task[None]"]

    async def cut(self) -> None:
        """Return once every connection is cut; none may have come to its end."""
        outcomes = await asyncio.gather(*self.tasks, return_exceptions=True)
        assert all(isinstance(outcome, CutError) for outcome in outcomes), outcomes

    @property
    def events(self) -> int:
        return sum(len(reader.events) for reader in self.readers)


async def stream(
    http: aiohttp.ClientSession, server: ServerProcess, upstream: FakeUpstream
) -> Streaming:
    """Runs that would go on for long, each in mid-stream."""
    upstream.numbered(100_000, rate=100, times=RUNS_EACH)
    ids = [await start_run(http, server.url, "Count.") for _ in range(RUNS_EACH)]
    readers = [Reader(http, server.url, run_id) for run_id in ids]
    ways = cycle(READS)
    tasks = [asyncio.create_task(reader.read(next(ways))) for reader in readers]
    while not all(len(reader.events) > 10 for reader in readers):
        assert not any(task.done() for task in tasks)
        await asyncio.sleep(0.01)
    return Streaming(readers, tasks)


async def assert_kept_and_ended(server: ServerProcess, streaming: Streaming) -> float:
    """Compare clients and log, and wait for the runs' ends; returns how long that took."""
    begun = time.monotonic()
    for reader in streaming.readers:
        before = kept(events_of(server.data_dir, reader.run_id))
        assert before[: len(reader.events)] == seen(reader.events)
        while record_of(server.data_dir, reader.run_id).ending is None:
            assert time.monotonic() < begun + WITHIN_SECONDS + 20, "the run did not end"
            await asyncio.sleep(0.02)
        log = events_of(server.data_dir, reader.run_id)
        assert_whole(log)
        assert kept(log)[: len(before)] == before
        end = log[-1]
        assert isinstance(end, RunIncomplete)
        assert end.reply.content == text_of(log) != ""
        assert end.token_usage.estimated
        assert end.token_usage.completion_tokens > 0
    return time.monotonic() - begun


async def test_a_server_that_was_killed_and_started_again_has_lost_nothing(
    serve: Serve, upstream: FakeUpstream, http: aiohttp.ClientSession
) -> None:
    server = serve(PARLEY_LEASE_SECONDS=str(LEASE_SECONDS))
    longest = 0.0
    for _ in range(KILLS):
        streaming = await stream(http, server, upstream)
        server.kill()
        await streaming.cut()
        await asyncio.to_thread(server.start)
        longest = max(longest, await assert_kept_and_ended(server, streaming))
        for reader in streaming.readers:
            await reader.read("sse")
            assert seen(reader.events) == kept(events_of(server.data_dir, reader.run_id))
    print(f"{KILLS} kills: all runs ended within {longest:.2f} s of the new start")


async def come_back(reader: Reader) -> None:
    """Read on to the run's end, whatever is cut."""
    while not reader.ended:
        try:
            await reader.read("sse")
        except CutError:
            reader.cuts += 1


async def test_a_worker_that_was_killed_loses_nothing_and_another_one_ends_its_runs(
    serve: Serve, upstream: FakeUpstream, http: aiohttp.ClientSession
) -> None:
    server = serve(PARLEY_WORKERS="2", PARLEY_LEASE_SECONDS=str(LEASE_SECONDS))
    longest, lost = 0.0, 0
    for _ in range(KILLS):
        upstream.reset()
        for wire in (await asyncio.to_thread(wires_to_all, server, 2)).values():
            wire.close()
        streaming = await stream(http, server, upstream)
        begun = time.monotonic()
        os.kill(random.choice(server.worker_pids), signal.SIGKILL)
        cut = await lost_runs(upstream, server, streaming)
        longest, lost = max(longest, time.monotonic() - begun), lost + len(cut)
        for reader in streaming.readers:
            await post(http, server.url, CANCEL, id=reader.run_id)
        await asyncio.gather(*streaming.tasks, return_exceptions=True)
        await asyncio.gather(*map(come_back, streaming.readers))
        for reader in streaming.readers:
            log = events_of(server.data_dir, reader.run_id)
            assert_whole(log)
            assert seen(reader.events) == kept(log)
            assert isinstance(log[-1], RunIncomplete if reader in cut else RunCancelled)
    print(f"{KILLS} kills cut {lost} runs; all ended within {longest:.2f} s")
    assert lost


async def lost_runs(
    upstream: FakeUpstream, server: ServerProcess, streaming: Streaming
) -> list[Reader]:
    """The readers of the runs that the killed worker made, once these runs have ended."""
    ...
