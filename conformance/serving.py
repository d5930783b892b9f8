"""A frontend's own server as its own process, as people start it."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers import free_port, wait_until

ROOT = Path(__file__).parents[1]
OUTSIDE = ("PARLEY_", "OPENAI_", "STREAMLIT_", "DASH_", "GRADIO_")
"""Variables of the person's own environment, which must not leak in."""


class PageProcess:
    """The command with `{python}`, `{api}` and `{port}` filled in, until the page answers."""

    def __init__(
        self,
        command: Sequence[str],
        api: str,
        log: Path,
        port: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.port = port or free_port()
        self.log = log
        told = {"python": sys.executable, "api": api, "port": str(self.port)}
        self._command = [word.format(**told) for word in command]
        self._environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def __enter__(self) -> Self:
        own = {key: value for key, value in os.environ.items() if not key.startswith(OUTSIDE)}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env={**own, **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._answers, seconds=90, what=f"{self.url} (log: {self.log})")
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
