"""Server processes of the bench: pinned to one core, measured by the clock of the process."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

START_SECONDS = 60.0
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]
"""The server has a core of its own; load and upstream share the other."""


class Server:
    """A server in its own process, on its own core; `with` starts and ends it."""

    def __init__(
        self,
        command: Sequence[str],
        port: int,
        environment: Mapping[str, str] | None = None,
        *,
        log: Path,
        core: int | None = SERVER_CORE,
        probe: str = "",
    ) -> None:
        """It counts as started once it listens, or once it answers 200 at the path `probe`."""
        self._command = command
        self._environment = {**clean(), **(environment or {})}
        self._log = log
        self._cores = ",".join(map(str, CORES)) if core is None else str(core)
        self._probe = probe
        self.port = port
        self.seconds_to_start = 0.0

    def __enter__(self) -> Self:
        begun = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["taskset", "-c", self._cores, *self._command],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while not (self._answers() if self._probe else self._listens()):
            if self._process.poll() is not None or time.monotonic() > begun + START_SECONDS:
                raise RuntimeError(
                    f"{self._command} did not start: {self._log.read_text()[-3000:]}"
                )
            time.sleep(0.005)
        self.seconds_to_start = time.monotonic() - begun
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(3)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _answers(self) -> bool:
        url = f"http://127.0.0.1:{self.port}{self._probe}"
        try:
            with urllib.request.urlopen(url, timeout=START_SECONDS):
                return True
        except OSError:  # nobody listens yet, or the answer is an error
            return False

    @property
    def cpu(self) -> float:
        """CPU seconds of the server so far, with those of threads that have ended.

        The process's own clock (clock_getcpuclockid(3)): the sum over living threads loses some.
        """
        return sum(time.clock_gettime(~pid << 3 | 2) for pid in self._pids())

    def _pids(self) -> list[int]:
        """The server, and its workers where it has any."""
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [pid, *map(int, children.split())]

    @property
    def memory(self) -> int:
        """Resident bytes."""
        pages = Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


def clean() -> dict[str, str]:
    """Our environment without settings of Parley, and with compiled modules kept as usual."""
    dropped = ("PARLEY_", "OPENAI_", "PYTHONDONTWRITEBYTECODE")
    return {k: v for k, v in os.environ.items() if not k.startswith(dropped)}


def python(module: str, *arguments: object) -> list[str]:
    """A command that runs a module of this tree."""
    return [sys.executable, "-m", module, *map(str, arguments)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def fetch(port: int, path: str) -> bytes:
    """The body of a small local answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
    body = await reader.readexactly(length)
    writer.close()
    return body
