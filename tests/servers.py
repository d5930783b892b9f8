"""Real Parley servers for tests: in a thread of this process, or in processes of their own."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn

from api.app import create_app
from api.providers.base import Provider
from api.serve import server_config
from api.settings import Settings

DEADLINE = 20.0
"""Seconds that waiting lasts: long enough for a busy machine, so a test fails but never hangs."""


START_SECONDS = 90.0
"""Importing the server takes a few seconds of the processor, for each worker."""


def wait_until(holds: Any, seconds: float = DEADLINE, what: str = "the condition") -> None:
    """Block until `holds()` is true; TimeoutError after `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come true within {seconds} s")
        time.sleep(0.005)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class LiveServer:
    """The real application behind uvicorn on a free port, in a thread: sockets are real, and the
    test may hand in a provider and look at the services."""

    def __init__(self, data_dir: Path, provider: Provider | None = None, **overrides: Any) -> None:
        values = {"data_dir": data_dir, "log_level": "error", "attempts": 1, **overrides}
        self.settings = Settings(_env_file=None, **values)  # type: ignore[call-arg]
        self.app = create_app(self.settings, provider)
        self._listener = socket.socket(proto=socket.IPPROTO_TCP)
        self._listener.bind(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        config = server_config(self.app, self.settings, timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._listener],), daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def services(self) -> Any:
        return self.app.state.services

    def __enter__(self) -> Self:
        self._thread.start()
        wait_until(lambda: self._server.started or not self._thread.is_alive(), what="start")
        if not self._server.started:
            raise RuntimeError("the server did not start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join(DEADLINE)
        assert not self._thread.is_alive(), "the server did not stop"


class ServerProcess:
    """`parley serve` as its own process (or pool), for signals and kills."""

    module: tuple[str, ...] = ("api", "serve")
    """What `python -m` runs."""

    def __init__(self, data_dir: Path, port: int | None = None, **environment: str) -> None:
        self.port = port or free_port()
        self.data_dir = data_dir
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("PARLEY_", "OPENAI_"))},
            "PARLEY_DATA_DIR": str(data_dir),
            "PARLEY_PORT": str(self.port),
            "PARLEY_LOG_FORMAT": "json",
            "PARLEY_ATTEMPTS": "1",
            **environment,
        }
        self.log = data_dir.parent / f"server-{self.port}.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.module],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            wait_until(self._answers, START_SECONDS, what=f"{self.url} (log: {self.log})")
        except BaseException:
            self.kill()
            raise
        return self

    def _answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise RuntimeError(f"the server ended: {self.log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=1):
                return True
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False

    @property
    def worker_pids(self) -> list[int]:
        """Pids of the pool's workers, or of the one server process."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()] or [self.process.pid]

    def terminate(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """`kill -9`, for the process and for the workers of a pool."""
        assert self.process is not None
        workers = self.worker_pids if self.process.poll() is None else []
        self.process.kill()
        for pid in workers:
            if pid != self.process.pid:
                os.kill(pid, signal.SIGKILL)
        self.process.wait(DEADLINE)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self.process is not None
        if self.process.poll() is None:
            self.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()
