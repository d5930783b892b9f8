"""The server under fuzz: a process with a canary key, a fake model's server, a watched log."""

import json
import os
import re
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.fuzz.loop_watch import BLOCKED_SECONDS, Measure
from tests.servers import ServerProcess, free_port, wait_until
from tests.transport.wire import ask

ROOT = Path(__file__).parents[2]
HARMLESS = (
    "Invalid HTTP request received.",
    "Unsupported upgrade request.",
)
"""Log lines that tell of bad input, not of trouble."""
QUESTION = {"history": [{"role": "user", "content": "Are you well?"}], "assistant_id": "general"}

READING = {"query": '{ run(id: "x") { __typename } usage { __typename } health { status } }'}


class WatchedServer(ServerProcess):
    """The real server with a watch on its event loop, and a door for measures."""

    module = ("tests.fuzz.watched_server",)

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self._watch_port = free_port()
        super().__init__(data_dir, WATCH_PORT=str(self._watch_port), **environment)

    def measure(self) -> Measure:
        """What the process holds now."""
        with socket.create_connection(("127.0.0.1", self._watch_port), 60) as connection:
            measure: Measure = json.loads(connection.makefile().readline())
            return measure


class Stage:
    """The server and its surroundings; `with` starts and ends them.

    `secrets` are texts that no answer may hold: the key of the model's server, where the data are,
    where the code is.
    """

    def __init__(self, folder: Path) -> None:
        self.key = f"sk-canary-{secrets.token_hex(12)}"
        self.data_dir = folder / f"data-{secrets.token_hex(6)}" / "parley"
        self.secrets = [text.encode() for text in (self.key, self.data_dir.parent.name, str(ROOT))]
        self._read = 0

    def __enter__(self) -> Self:
        self.data_dir.parent.mkdir(parents=True)
        self._upstream = subprocess.Popen(
            [sys.executable, "-m", "tests.upstream"], stdout=subprocess.PIPE, text=True
        )
        assert self._upstream.stdout
        _, _, base_url = self._upstream.stdout.readline().strip().partition("=")
        environment = {
            "OPENAI_BASE_URL": base_url,
            "OPENAI_API_KEY": self.key,
            "PARLEY_MODEL": "fake",
            "PARLEY_BODY_TIMEOUT_SECONDS": "2",
            "PYTHONPATH": os.fspath(ROOT),
        }
        self.server = WatchedServer(self.data_dir, **environment).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.server.__exit__(kind, error, trace)
        self._upstream.terminate()
        self._upstream.wait(10)

    def trouble(self) -> str:
        """What the log has told of trouble since the last call: traces, errors, blocked loops."""
        if self.server.log.stat().st_size == self._read:
            return ""
        with self.server.log.open("rb") as log:
            log.seek(self._read)
            text = log.read()
        self._read += len(text)
        return "\n".join(filter(is_trouble, text.decode(errors="replace").splitlines()))

    def is_well(self) -> bool:
        """True where the process lives and answers a question."""
        answer = ask(self.server.url, QUESTION, "/chat")
        return answer.status == 200 and answer.json["message"]["content"] == "Are you well?"


def is_trouble(line: str) -> bool:
    """True for a log line that tells of more than bad input."""
    if line.startswith("{"):
        return bool(re.search(r'"level": "(error|critical)"|Traceback', line))
    return bool(line.strip()) and not any(harmless in line for harmless in HARMLESS)


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    """A stage, alive and well, and past what starting up takes: nobody waits for that."""
    with Stage(folder) as stage:
        wait_until(lambda: _is_idle(stage), what="the server's rest after its start")
        stage.trouble()
        yield stage


def _is_idle(stage: Stage) -> bool:
    """True where the server answers, and holds its loop for nothing that it does once only."""
    assert stage.is_well()
    assert ask(stage.server.url, READING).status == 200
    return stage.server.measure()["slowest_seconds"] < BLOCKED_SECONDS / 5
