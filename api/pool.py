"""Worker processes that share one listening socket and one run log."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import structlog

from api.telemetry.metrics import SHARED_FOLDER
from api.telemetry.sharing import forget_gauges, shared_folder

log = structlog.get_logger(__name__)

WATCH_SECONDS = 0.1
"""How often the pool looks after its workers."""

CANNOT_START = 78
"""A worker's exit status where its settings or files are wrong (EX_CONFIG of sysexits.h) …"""

START_SECONDS = 10.0
"""… and how soon after its start another failure counts as one: it would only fail again, so the
pool gives up."""


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    signals: int = 0
    """How many of the pool's signals it has got."""
    started_at: float = field(default_factory=time.monotonic)


class WorkerPool:
    """Starts workers, replaces those that die, and passes signals on to them.

    The workers hold one end of a pipe, the lifeline: it closes with this process, however that
    ends, and they end with it. Otherwise they would keep the port from the next server.
    """

    def __init__(self, size: int, listener: socket.socket) -> None:
        self._size = size
        self._listener = listener
        self._lifeline, self._held = os.pipe()
        self._metrics = Path()
        self._signals: list[int] = []
        self._exit_code = 0

    def run(self) -> int:
        """Watch over the workers until a signal has ended them; returns the exit code."""
        for sig in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sig, self._note)
        with shared_folder() as self._metrics:
            workers = [self._start() for _ in range(self._size)]
            while workers:
                for worker in workers:
                    self._pass_signal(worker)
                workers = [kept for worker in workers if (kept := self._looked_after(worker))]
                time.sleep(WATCH_SECONDS)
        return self._exit_code

    def _note(self, sig: int, frame: FrameType | None) -> None:
        self._signals.append(sig)

    def _start(self) -> _Worker:
        fds = (self._listener.fileno(), self._lifeline)
        command = [sys.executable, "-m", "api.worker", *map(str, fds)]
        # A session of its own: Ctrl-C in a terminal then reaches it once, through this process.
        process = subprocess.Popen(
            command,
            pass_fds=fds,
            start_new_session=True,
            env={**os.environ, SHARED_FOLDER: str(self._metrics)},
        )
        return _Worker(process)

    def _pass_signal(self, worker: _Worker) -> None:
        """The first as it is; a second ends the worker now.

        By a kill, because a worker that has had no time for the first signal would take two of
        a kind for one.
        """
        if worker.signals < len(self._signals) and worker.process.poll() is None:
            if worker.signals:
                worker.process.kill()
            else:
                worker.process.send_signal(self._signals[0])
            worker.signals += 1

    def _looked_after(self, worker: _Worker) -> _Worker | None:
        status = worker.process.poll()
        if status is None:
            return worker
        forget_gauges(worker.process.pid, self._metrics)
        if self._signals:
            return None
        log.error("worker.died", pid=worker.process.pid, status=status)
        soon = time.monotonic() - worker.started_at < START_SECONDS
        if status == CANNOT_START or (status > 0 and soon):
            self._exit_code = 1
            self._signals.append(signal.SIGTERM)
            return None
        return self._start()
