"""How the workers of one server put their metrics together: in files that each maps into memory.

https://prometheus.github.io/client_python/multiprocess/
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from prometheus_client import multiprocess

MEMORY = Path("/dev/shm")
"""A folder in memory, on Linux. On a full disk, writing to a mapped file would kill the writer."""

PREFIX = "parley-metrics-"
LOCK = "lock"


@contextmanager
def shared_folder() -> Iterator[Path]:
    """A folder of its own for the workers of one server; it goes with the server.

    What a server left behind that was killed goes with the next start.
    """
    within = MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    _sweep(within)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=within) as name:
        folder = Path(name)
        with _locked(folder / "unlocked"):
            (folder / "unlocked").rename(folder / LOCK)
            yield folder


def forget_gauges(pid: int, folder: Path) -> None:
    """A worker has ended: what it counted stays, what was going on in it doesn't."""
    multiprocess.mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]


def _sweep(within: Path) -> None:
    """Remove the folders whose server, which held a lock, is gone."""
    for lock in within.glob(f"{PREFIX}*/{LOCK}"):
        try:
            with _locked(lock, os.O_RDWR):
                shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:
            continue  # in use, or another user's


@contextmanager
def _locked(path: Path, flags: int = os.O_RDWR | os.O_CREAT) -> Iterator[TextIO]:
    """Hold the file's lock; `BlockingIOError` where another process does (flock(2))."""
    with open(os.open(path, flags, 0o600), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield file
