"""The page as its own process, as `parley frontend gradio` starts it."""

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

COMMAND = (sys.executable, "-m", "clients.gradio_ui")


class PageProcess:
    """`python -m clients.gradio_ui` over the API at `api`, run from `root`."""

    def __init__(self, api: str, log: Path, root: Path | None = None) -> None:
        self.port = free_port()
        self.log = log
        self._api = api
        self._root = root or Path(__file__).parents[2]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def __enter__(self) -> Self:
        outside = ("PARLEY_", "GRADIO_", "OPENAI_", "PYTHONPATH")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(outside)}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*COMMAND, "--api", self._api, "--port", str(self.port)],
                cwd=self._root,
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
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(20)
