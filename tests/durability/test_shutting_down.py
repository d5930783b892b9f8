"""SIGTERM: nothing new begins, what is under way gets its grace, and nothing is lost."""

import asyncio
import time
from itertools import cycle

import aiohttp
import pytest

from api.contract.events import RunCompleted, RunIncomplete
from tests.durability.asking import CHAT, START, Ask, CutError, chat_input, post, start_run
from tests.durability.conftest import Serve
from tests.durability.logged import assert_whole, events_of, kept, log_lines, seen
from tests.durability.readers import READS, Reader
from tests.durability.scale import times
from tests.durability.waiting import until
from tests.servers import DEADLINE, ServerProcess
from tests.upstream.playlist import Condition
from tests.upstream.script import last_question
from tests.upstream.server import FakeUpstream

STREAMS = times(100)
GRACE_SECONDS = 4.0
EXIT_SECONDS = GRACE_SECONDS + 20
"""Generous: a busy machine needs longer to close things; the server's own bound is 7 more."""


def asks(question: str) -> Condition:
    return lambda body: last_question(body) == question


async def exited(server: ServerProcess, seconds: float) -> int:
    assert server.process
    return await asyncio.to_thread(server.process.wait, seconds)


async def assert_refused(http: aiohttp.ClientSession, url: str) -> None:
    """A new run is refused with a problem that says: try again; and probes send none here."""
    async with http.get(f"{url}/healthz") as alive, http.get(f"{url}/readyz") as ready:
        assert (alive.status, ready.status) == (200, 503)
        assert [each["part"] for each in (await ready.json())["obstacles"]] == ["server"]
    started = await post(http, url, START, input=chat_input("Hello?"))
    assert (started["__typename"], started["retryable"]) == ("ShuttingDown", True)
    for read in READS.values():
        ask = Ask(CHAT, {"input": chat_input("Hello?")})
        (refusal,) = [event async for event in read(http, url, ask)]
        assert refusal["problem"]["__typename"] == "ShuttingDown"
        assert refusal["problem"]["retryable"]


async def read(reader: Reader, way: str) -> None:
    try:
        await reader.read(way)
    except CutError:
        reader.cuts += 1


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_a_hundred_streams_end_within_the_grace_or_are_kept_as_incomplete(
    workers: str, serve: Serve, upstream: FakeUpstream, http: aiohttp.ClientSession
) -> None:
    server = serve(PARLEY_WORKERS=workers, PARLEY_SHUTDOWN_GRACE_SECONDS=str(GRACE_SECONDS))
    gates = [upstream.numbered(3, gated=True, when=asks("short")) for _ in range(STREAMS // 2)]
    upstream.fault("hang", 5, times=STREAMS // 2, when=asks("long"))
    questions = ["short", "long"] * (STREAMS // 2)
    ids = [await start_run(http, server.url, question) for question in questions]
    readers = [Reader(http, server.url, run_id) for run_id in ids]
    reading = [asyncio.create_task(read(*pair)) for pair in zip(readers, cycle(READS))]
    await until(lambda: all(reader.text.endswith("t4") for reader in readers[1::2]))

    server.terminate()
    begun = time.monotonic()
    await until(lambda: log_lines(server, "server.draining"))
    await assert_refused(http, server.url)
    for gate in gates:
        gate.open()
    assert await exited(server, EXIT_SECONDS) == 0
    print(f"exit {time.monotonic() - begun:.1f} s after SIGTERM, grace {GRACE_SECONDS} s")
    await asyncio.gather(*reading)
    for question, reader in zip(questions, readers, strict=True):
        log = events_of(server.data_dir, reader.run_id)
        assert_whole(log)
        assert isinstance(log[-1], RunCompleted if question == "short" else RunIncomplete)
        assert seen(reader.events) == kept(log)
    assert upstream.closed_early == [r for r in upstream.requests if r.tokens_sent == 5]


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_a_second_signal_ends_the_server_now(
    workers: str, serve: Serve, upstream: FakeUpstream, http: aiohttp.ClientSession
) -> None:
    server = serve(
        PARLEY_WORKERS=workers,
        PARLEY_SHUTDOWN_GRACE_SECONDS="600",
        PARLEY_LEASE_SECONDS="3",
    )
    upstream.fault("hang", 5, times=10)
    ids = [await start_run(http, server.url, "Count.") for _ in range(10)]
    readers = [Reader(http, server.url, run_id) for run_id in ids]
    reading = [asyncio.create_task(read(reader, "sse")) for reader in readers]
    await until(lambda: all(reader.text.endswith("t4") for reader in readers))
    server.terminate()
    await until(lambda: log_lines(server, "server.draining"))
    assert not any(task.done() for task in reading)
    server.terminate()
    await exited(server, DEADLINE)
    await asyncio.gather(*reading)
    await asyncio.to_thread(server.start)
    for reader in readers:
        await reader.read("websocket")
        log = events_of(server.data_dir, reader.run_id)
        assert_whole(log)
        assert isinstance(log[-1], RunIncomplete)
        assert seen(reader.events) == kept(log)
