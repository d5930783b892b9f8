"""Opens the terminal in windows of this process."""

import sys
from collections.abc import Collection
from typing import Any

from clients.python import AsyncSession
from clients.terminal.app import Terminal
from conformance.screens.terminal import TerminalScreen
from conformance.sockets.sitecustomize import HERE, asked_host
from conformance.windows.pilots import PHONE, WIDE, PilotedApp


class Terminals:
    """Terminals over the API at `url`."""

    def __init__(self, url: str, patience: float, terminal: type[Terminal] = Terminal) -> None:
        self.patience = patience
        self.errors: list[str] = []
        self._url = url
        self._terminal = terminal
        self._asked: list[str] = []
        sys.addaudithook(self._note)

    def open(self, greetings: Collection[str], run: str, dark: bool, phone: bool) -> TerminalScreen:
        def start(linked_run: str) -> PilotedApp:
            def build() -> Terminal:
                session = AsyncSession(self._url)
                return self._terminal(session, None, linked_run, not dark)

            return PilotedApp(build, PHONE if phone else WIDE)

        return TerminalScreen(start, run, greetings, self.patience)

    @property
    def outside(self) -> list[str]:
        return sorted(set(self._asked))

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The process is the terminal's own, so all of its sockets count."""
        if event.startswith("socket.") and (host := asked_host(event, arguments)) not in HERE:
            self._asked.append(f"{event.removeprefix('socket.')} {host}")
