"""The program in a real pseudo-terminal, started as a person starts it."""

import os
import pty
import re
import select
import subprocess
import sys
import time

import pytest

from tests.servers import LiveServer
from tests.upstream import FakeUpstream

SECONDS = 60.0


class Window:
    """A terminal of 100 columns; `output` is every byte that the program wrote to it."""

    def __init__(self, *command: str) -> None:
        self._own, theirs = pty.openpty()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PARLEY_")}
        self.process = subprocess.Popen(
            [sys.executable, *command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**environment, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"},
            start_new_session=True,
        )
        os.close(theirs)
        self.output = b""

    def write(self, keys: str) -> None:
        os.write(self._own, keys.encode())

    def until(self, words: str) -> None:
        """Read until the words were written, whatever moves of the cursor stand between."""
        end = time.monotonic() + SECONDS
        while words.encode() not in re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", self.output):
            ready, _, _ = select.select([self._own], [], [], end - time.monotonic())
            assert ready, f"{words!r} was not written: {self.output[-2000:]!r}"
            self.output += os.read(self._own, 65536)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._own)


def test_a_conversation_in_a_terminal_leaves_it_as_it_was(
    api: LiveServer, upstream: FakeUpstream
) -> None:
    gate = upstream.reply(["one ", "\x1b]0;owned\x07", "two ", "three"], gated=True)
    window = Window("-m", "api", "frontend", "terminal", "--api", api.url)
    try:
        window.until("comic book assistant")
        window.write("Who?\r")
        gate.release(3)
        window.until("two")
        window.write("\x11")  # Ctrl-Q
        window.until("The reply goes on: parley frontend terminal --run ")
        assert window.process.wait(SECONDS) == 0
    finally:
        window.close()
    assert b"\x1b]0;owned" not in window.output
    assert "␛]0;owned␇" in window.output.decode()
    assert b"\x1b[?1049l" in window.output  # back to the screen that was there before
    assert upstream.requests[0].active


def test_without_a_terminal_another_way_is_told() -> None:
    command = [sys.executable, "-m", "clients.terminal"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 2
    assert "parley ask" in done.stderr


@pytest.mark.parametrize("arguments", [[], ["ask", "Who?"]], ids=["screen", "ask"])
def test_an_address_that_is_none_is_told(arguments: list[str]) -> None:
    window = Window("-m", "clients.terminal", *arguments, "--api", "ftp://nowhere")
    try:
        window.until("'ftp://nowhere' is not the address of an API")
        assert window.process.wait(SECONDS) == 2
    finally:
        window.close()
