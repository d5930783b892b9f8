"""Python imports this at the start of a soaked server: its event loop then tells of itself.

What is soaked is `parley serve` as it is; only what no operating system knows is told from within:
how many tasks there are, and how late the loop comes to what it has to do.
"""

import asyncio
import json
import os
import time
from typing import Any

TICK_SECONDS = 0.05
TOLD_SECONDS = 1.0


class Probe:
    """Writes tasks and lag to `FOLDER/PID.json` once a second, always through the same file."""

    def __init__(self, loop: asyncio.AbstractEventLoop, folder: str) -> None:
        self._loop = loop
        path = os.path.join(folder, f"{os.getpid()}.json")
        self._file = os.open(path, os.O_CREAT | os.O_WRONLY)
        self._lag = 0.0
        self._told_at = 0.0
        self._expect()

    def _expect(self) -> None:
        self._due = self._loop.time() + TICK_SECONDS
        self._loop.call_at(self._due, self._tick)

    def _tick(self) -> None:
        now = self._loop.time()
        self._lag = max(self._lag, now - self._due)
        if now - self._told_at >= TOLD_SECONDS:
            self._tell()
            self._told_at, self._lag = now, 0.0
        self._expect()

    def _tell(self) -> None:
        tasks = len(asyncio.all_tasks(self._loop))
        told = {"at": time.time(), "tasks": tasks, "lag_ms": self._lag * 1000}
        os.pwrite(self._file, json.dumps(told).encode().ljust(200), 0)


def watch(folder: str) -> None:
    """Begin with the first loop that runs: the server's."""
    run_forever = asyncio.BaseEventLoop.run_forever

    def watched(loop: Any) -> None:
        asyncio.BaseEventLoop.run_forever = run_forever  # type: ignore[method-assign]
        Probe(loop, folder)
        run_forever(loop)

    asyncio.BaseEventLoop.run_forever = watched  # type: ignore[method-assign]


if "SOAK_PROBE" in os.environ:
    watch(os.environ["SOAK_PROBE"])
