"""How long callbacks keep an event loop from everything else, and what a process holds."""

import asyncio
import contextlib
import gc
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

BLOCKED_SECONDS = 0.25
"""A callback that holds the loop for longer is a finding."""
STORE = ".sqlite3"
"""Part of the name of every file of the store."""
LOOKED_INTO_SECONDS = 0.02
"""Shorter callbacks are not worth asking the kernel about."""


class Measure(TypedDict):
    """What the process holds, and the worst callbacks since the last measure."""

    rss: int
    """Bytes of memory in use."""
    objects: int
    """Objects that the garbage collector knows."""
    fds: int
    """Descriptors, without the store's."""
    store_fds: int
    files: list[str]
    """What all descriptors lead to."""
    threads: int
    tasks: int
    slowest_seconds: float
    """The callback that held the loop longest, without its wait for a free processor."""
    slowest: str
    """Which one it was."""
    blocks: int
    """Callbacks past `BLOCKED_SECONDS` since the start."""


class Held(NamedTuple):
    """One callback: by the clock, and of that what it waited for a free processor."""

    wall: float
    queued: float

    @property
    def own(self) -> float:
        """Seconds that the server itself took, computing or waiting for something."""
        return max(0.0, self.wall - self.queued)


class LoopWatch:
    """Times every callback of the loops of this process, in the thread that it is made in.

    A callback on a busy machine is also late because others have the processor. The kernel counts
    that wait by itself (Linux, `/proc/PID/schedstat`: nanoseconds run, nanoseconds queued), so what
    is left is the server's own: computation, a blocking call, another thread that holds the
    interpreter.
    """

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.slowest = (0.0, "")
        self.blocks: list[str] = []
        self._thread = threading.get_ident()
        self._schedstat = os.open("/proc/thread-self/schedstat", os.O_RDONLY)

    def install(self) -> None:
        """Time all callbacks from now on."""
        handle: Any = asyncio.Handle
        run = handle._run

        def timed(callback: Any) -> None:
            if threading.get_ident() != self._thread:
                run(callback)
                return
            queued, begun = self._queued(), time.perf_counter()
            run(callback)
            wall = time.perf_counter() - begun
            if wall > LOOKED_INTO_SECONDS:
                self._note(Held(wall, self._queued() - queued), callback)

        handle._run = timed

    def close(self) -> None:
        """Hold no file any more; nothing is to be timed after."""
        os.close(self._schedstat)

    def _queued(self) -> float:
        return int(os.pread(self._schedstat, 64, 0).split()[1]) / 1e9

    def _note(self, held: Held, callback: Any) -> None:
        self.loop = callback._loop
        whose = repr(getattr(callback._callback, "__self__", callback))
        self.slowest = max(self.slowest, (held.own, whose))
        if held.own > BLOCKED_SECONDS:
            self.blocks.append(f"{held.own * 1000:.0f} ms of its own in {whose}")

    def measure(self) -> Measure:
        """What there is now; the slowest callback is forgotten. For another thread to call."""
        (seconds, slowest), self.slowest = self.slowest, (0.0, "")
        gc.collect()
        files = sorted(_targets())
        tasks = asyncio.all_tasks(self.loop) if self.loop else set()
        return Measure(
            rss=int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE"),
            objects=len(gc.get_objects()),
            fds=len(files) - (store := sum(STORE in file for file in files)),
            store_fds=store,
            files=files,
            threads=threading.active_count(),
            tasks=len(tasks),
            slowest_seconds=seconds,
            slowest=slowest,
            blocks=len(self.blocks),
        )


def _targets() -> Iterator[str]:
    """Where the descriptors of this process lead; one that closes meanwhile is none any more."""
    for link in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            yield os.readlink(link)
