"""A page as its own process, as `parley frontend NAME` starts it."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers import free_port, wait_until


class PageProcess:
    """`python -m clients.NAME_ui` over the API at `api`."""

    def __init__(self, name: str, api: str, log: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.log = log
        self._command = [sys.executable, "-m", f"clients.{name}_ui", "--api", api]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def __enter__(self) -> Self:
        outside = ("PARLEY_", "OPENAI_", "STREAMLIT_", "DASH_")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(outside)}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command, "--port", str(self.port)],
                cwd=Path(__file__).parents[2],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._answers, seconds=60, what=f"{self.url} (log: {self.log})")
        return self

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"the page ended: {self.log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(self.url, timeout=1):
                return True
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.terminate()

    def terminate(self) -> int:
        """Tell it to end; its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(20)
