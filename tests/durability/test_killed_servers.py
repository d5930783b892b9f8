"""`kill -9`: what a client has seen is in the log, and every run gets its one end."""

import asyncio
import os
import random
import signal
import time
from itertools import cycle

import aiohttp

from api.contract.events import RunCancelled, RunIncomplete
from tests.durability.asking import CANCEL, START, CutError, chat_input, post, start_run
from tests.durability.conftest import Serve
from tests.durability.logged import (
    assert_whole,
    events_of,
    kept,
    record_of,
    seen,
    text_of,
)
from tests.durability.placement import wires_to_all
from tests.durability.readers import READS, Reader
from tests.durability.scale import times
from tests.durability.waiting import until
from tests.servers import ServerProcess
from tests.upstream.server import FakeUpstream

KILLS = times(10)
RUNS_EACH = 8
LEASE_SECONDS = 3.0
WITHIN_SECONDS = 10.0


async def all_in_mid_stream(readers: list[Reader], reading: list["asyncio.Task[None]"]) -> None:
    """Return once every reader has some events."""
    await until(lambda: all(len(reader.events) > 10 for reader in readers))
    assert not any(task.done() for task in reading), reading


async def assert_kept_and_ended(server: ServerProcess, readers: list[Reader]) -> float:
    """Compare clients and log, and wait for the runs' ends; returns how long that took."""
    begun = time.monotonic()
    for reader in readers:
        before = kept(events_of(server.data_dir, reader.run_id))
        assert before[: len(reader.events)] == seen(reader.events)
        await until(lambda run=reader.run_id: record_of(server.data_dir, run).ending)
        log = events_of(server.data_dir, reader.run_id)
        assert_whole(log)
        assert kept(log)[: len(before)] == before
        end = log[-1]
        assert isinstance(end, RunIncomplete)
        assert end.reply.content == text_of(log) != ""
        assert end.token_usage.estimated
        assert end.token_usage.completion_tokens > 0
    took = time.monotonic() - begun
    assert took < WITHIN_SECONDS
    return took


async def test_a_server_that_was_killed_and_started_again_has_lost_nothing(
    serve: Serve, upstream: FakeUpstream, http: aiohttp.ClientSession
) -> None:
    server = serve(PARLEY_LEASE_SECONDS=str(LEASE_SECONDS))
    longest = 0.0
    for _ in range(KILLS):
        upstream.numbered(100_000, rate=100, always=True)
        ids = [await start_run(http, server.url, "Count.") for _ in range(RUNS_EACH)]
        readers = [Reader(http, server.url, run_id) for run_id in ids]
        reading = [
            asyncio.create_task(reader.read(way)) for reader, way in zip(readers, cycle(READS))
        ]
        await all_in_mid_stream(readers, reading)
        server.kill()
        outcomes = await asyncio.gather(*reading, return_exceptions=True)
        assert all(isinstance(outcome, CutError) for outcome in outcomes), outcomes
        await asyncio.to_thread(server.start)
        longest = max(longest, await assert_kept_and_ended(server, readers))
        for reader in readers:
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
    longest = 0.0
    for _ in range(KILLS):
        upstream.numbered(100_000, rate=100, always=True)
        run_ids = await asyncio.to_thread(start_on_each, server, RUNS_EACH // 2)
        killed = random.choice(list(run_ids))
        readers = {pid: [Reader(http, server.url, run) for run in run_ids[pid]] for pid in run_ids}
        lost, others = readers.pop(killed), [r for rest in readers.values() for r in rest]
        reading = [asyncio.create_task(read_through(reader)) for reader in lost + others]
        await all_in_mid_stream(lost + others, reading)
        os.kill(killed, signal.SIGKILL)
        longest = max(longest, await assert_kept_and_ended(server, lost))
        for reader in others:
            await post(http, server.url, CANCEL, id=reader.run_id)
        await asyncio.gather(*reading)
        for reader in lost + others:
            log = events_of(server.data_dir, reader.run_id)
            assert_whole(log)
            assert seen(reader.events) == kept(log)
            assert isinstance(log[-1], RunIncomplete if reader in lost else RunCancelled)
    print(f"{KILLS} kills: all runs ended within {longest:.2f} s")


def start_on_each(server: ServerProcess, runs: int) -> dict[int, list[str]]:
    """So many runs on each of two workers: the worker's pid, and their ids."""
    ids: dict[int, list[str]] = {}
    for pid, wire in wires_to_all(server, 2).items():
        with wire:
            body = {"query": START, "variables": {"input": chat_input("Count.")}}
            answers = [wire.post("/graphql", body).answer().json for _ in range(runs)]
        ids[pid] = [answer["data"]["startRun"]["id"] for answer in answers]
    return ids


async def read_through(reader: Reader) -> None:
    """Read to the run's end, coming back after each cut."""
    while not reader.ended:
        try:
            await reader.read("sse")
        except CutError:
            reader.cuts += 1
