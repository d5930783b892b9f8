"""A store that is full, read-only or locked: a typed problem, a clear log line, and recovery."""

import asyncio
import os
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

import aiohttp
import pytest

from tests.durability.asking import (
    CANCEL,
    CHAT,
    MUTATION,
    START,
    Ask,
    chat_input,
    post,
    start_run,
)
from tests.durability.conftest import Serve
from tests.durability.logged import assert_whole, events_of, kept, log_lines, seen, text_of
from tests.durability.readers import READS, Read, Reader
from tests.durability.waiting import until
from tests.servers import DEADLINE, ServerProcess
from tests.upstream.script import numbered
from tests.upstream.server import FakeUpstream

HEALTH = "{ health { status store { writable hint } } }"
PAGE = 4_096
REFUSED = ("StoreUnavailable", True)


@contextmanager
def one_page_a_file(server: ServerProcess) -> Iterator[None]:
    """The server may write nothing beyond the first page of a file (setrlimit(2)), as if the
    user's quota were used up."""
    pid = server.worker_pids[0]
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (PAGE, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def disk_full(server: ServerProcess) -> Iterator[None]:
    """Another file takes all the room of the file system, and the log has used up its own."""
    ballast = server.data_dir / "ballast"
    with pytest.raises(OSError, match="No space"), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * PAGE)
    with closing(sqlite3.connect(server.data_dir / "runs.sqlite3")) as log:
        log.execute("PRAGMA wal_autocheckpoint=0")
        with pytest.raises(sqlite3.OperationalError, match="full"):
            for number in range(100_000):
                log.execute("INSERT INTO workers VALUES (?, 0)", (f"{number}" + "x" * PAGE,))
                log.commit()
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def locked(server: ServerProcess) -> Iterator[None]:
    """Another program holds the write lock."""
    blocker = sqlite3.connect(server.data_dir / "runs.sqlite3", isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        blocker.execute("ROLLBACK")
        blocker.close()


TROUBLES = {"quota": one_page_a_file, "full disk": disk_full, "locked": locked}


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A file system of its own with 16 MB; only root may mount one."""
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=16m,mode=700", "tmpfs", str(folder)]
    if subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("a file system of its own needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[Callable[[], object]]:
    """A folder in which nothing can be written until the function that this yields is called.

    Rights don't bind root, so for root it is a file system that is mounted read-only.
    """
    if os.geteuid() != 0:
        folder.mkdir(mode=0o500)
        yield lambda: folder.chmod(0o700)
        return
    remount = ["mount", "-o"]
    with small_disk(folder):
        subprocess.run([*remount, "remount,ro", str(folder)], check=True)
        yield lambda: subprocess.run([*remount, "remount,rw", str(folder)], check=True)


async def assert_refused(http: aiohttp.ClientSession, url: str) -> None:
    """Every way to start a run says that the store is the trouble and that it may pass."""
    asked = {"input": chat_input("Hello?")}

    async def streamed(read: Read) -> tuple[str, bool]:
        (refusal,) = [event async for event in read(http, url, Ask(CHAT, asked))]
        return refusal["problem"]["__typename"], refusal["problem"]["retryable"]

    async def answered(document: str) -> tuple[str, bool]:
        found = await post(http, url, document, **asked)
        return found["__typename"], found["retryable"]

    async def plain() -> tuple[str, bool]:
        body = {"history": [{"role": "user", "content": "Hello?"}], "assistant_id": "general"}
        async with http.post(f"{url}/chat", json=body) as response:
            assert response.status == 503
            problem = await response.json()
        return problem["problem"]["type"], problem["problem"]["retryable"]

    ways = [*map(streamed, READS.values()), answered(START), answered(MUTATION), plain()]
    assert set(await asyncio.gather(*ways)) == {REFUSED}


async def writable(http: aiohttp.ClientSession, url: str) -> bool:
    health = await post(http, url, HEALTH)
    assert (health["status"] == "OK!") is health["store"]["writable"]
    return bool(health["store"]["writable"])


async def obstacles(http: aiohttp.ClientSession, url: str) -> list[str]:
    """The parts that keep the server from a run; `/healthz` is well all the while."""
    async with http.get(f"{url}/healthz") as alive, http.get(f"{url}/readyz") as ready:
        found = [each["part"] for each in (await ready.json())["obstacles"]]
        assert (alive.status, ready.status) == (200, 503 if found else 200)
    return found


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_store_in_trouble_refuses_new_runs_pauses_live_ones_and_recovers(
    trouble: str,
    serve: Serve,
    upstream: FakeUpstream,
    http: aiohttp.ClientSession,
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "data") if trouble == "full disk" else nullcontext():
        server = serve()
        paused, stopped = (upstream.numbered(40, gated=True) for _ in range(2))
        readers = [
            Reader(http, server.url, await start_run(http, server.url, "Count.")) for _ in "ab"
        ]
        reading = [asyncio.create_task(reader.read("sse")) for reader in readers]
        for gate in (paused, stopped):
            gate.release(10)
        await until(lambda: all(reader.text.endswith("t9") for reader in readers))
        with TROUBLES[trouble](server):
            paused.release(10)
            await upstream.until(lambda: upstream.tokens_sent == 30)
            await assert_refused(http, server.url)
            assert not await writable(http, server.url)
            assert await obstacles(http, server.url) == ["store"]
            stop = await post(http, server.url, CANCEL, id=readers[1].run_id)
            assert stop["outcome"] == "STOPPING"
            await upstream.until(lambda: len(upstream.closed_early) == 1)
            await until(lambda: log_lines(server, "run_log.unavailable"))
            for reader in readers:
                assert seen(reader.events) == kept(events_of(server.data_dir, reader.run_id))
        paused.open()
        await asyncio.gather(*reading)
        assert await writable(http, server.url)
        ends = [reader.events[-1]["__typename"] for reader in readers]
        assert ends == ["RunCompleted", "RunCancelled"]
        for reader, count in zip(readers, (40, 10), strict=True):
            log = events_of(server.data_dir, reader.run_id)
            assert_whole(log)
            assert seen(reader.events) == kept(log)
            assert text_of(log) == "".join(numbered(count))
        await until(lambda: log_lines(server, "run_log.available_again"))
        assert len(log_lines(server, "run_log.unavailable")) == 1
        assert await obstacles(http, server.url) == []
        assert (await post(http, server.url, START, input=chat_input("Hi")))["__typename"] == "Run"
        server.terminate()
        assert server.process and server.process.wait(DEADLINE) == 0


async def test_a_read_only_data_directory_is_a_problem_not_a_crash_and_passes(
    serve: Serve, upstream: FakeUpstream, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    with read_only(tmp_path / "data") as make_writable:
        server = serve()
        await assert_refused(http, server.url)
        assert not await writable(http, server.url)
        await until(lambda: log_lines(server, "run_log.unavailable"))
        make_writable()
        await until(lambda: log_lines(server, "run_log.available_again"))
        assert await writable(http, server.url)
        upstream.numbered(5)
        reader = Reader(http, server.url, await start_run(http, server.url, "Count."))
        await reader.read("sse")
        assert seen(reader.events) == kept(events_of(server.data_dir, reader.run_id))
        server.terminate()
        assert server.process and server.process.wait(DEADLINE) == 0
