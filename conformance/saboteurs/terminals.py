"""The terminal, broken where the kit's own driver of it must notice."""

import contextlib
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

from clients.terminal import app, conversation
from clients.terminal.app import Terminal
from clients.terminal.themes import LIGHT
from conformance.saboteurs.saboteur import PATIENCE, Saboteur
from conformance.stage import Stage
from conformance.windows.terminals import Terminals


class _Broken(Terminal):
    # Else it would be looked for beside this module.
    CSS_PATH = str(Path(str(app.__file__)).with_name("style.tcss"))


class _Forgetful(_Broken):
    def __init__(self, session: Any, assistant: str | None, run: str, light: bool = False) -> None:
        super().__init__(session, assistant, "", light)


class _Deaf(_Broken):
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "stop" and super().check_action(action, parameters)


class _Faint(_Broken):
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.register_theme(replace(LIGHT, variables={**LIGHT.variables, "subdued": "#cbd5e1"}))


class _Wide(_Broken):
    CSS: ClassVar[str] = "#chat { min-width: 60; }"


class _Credulous(_Broken):
    def on_load(self) -> None:
        self._trust = patch.object(conversation, "inert", str)
        self._trust.start()

    def on_unmount(self) -> None:
        self._trust.stop()


class _Talkative(_Broken):
    def on_load(self) -> None:
        with contextlib.suppress(OSError):
            socket.create_connection(("192.0.2.1", 9), timeout=0.01)


class _Plain(_Broken):
    CSS: ClassVar[str] = "MarkdownTable, MarkdownFence { display: none; }"


class _Terse(_Broken):
    CSS: ClassVar[str] = "#controls .about { display: none; }"


TERMINALS: dict[Saboteur, type[Terminal]] = {
    Saboteur(*row): terminal
    for *row, terminal in (
        ("C17", "coming back forgets the run", "the replies are [] instead of", _Forgetful),
        ("C20", "the key of Stop is dead", "Stop does nothing when used by keyboard", _Deaf),
        ("C21", "faint words in light colours", "has a contrast of", _Faint),
        ("C23", "the conversation needs 60 columns", "is cut off at the side", _Wide),
        ("C25", "what the model says is trusted", "control characters reach", _Credulous),
        (
            "C26",
            "another machine is asked",
            "other machines are asked: connect",
            _Talkative,
        ),
        ("C30", "tables and code are not drawn", "of code and table are drawn set()", _Plain),
        ("C31", "settings are not explained", "nothing draws the setting", _Terse),
    )
}
"""What the scenarios share with the pages is tested there."""


def broken_terminal(stage: Stage, saboteur: Saboteur) -> Terminals:
    """Opens the terminal as this saboteur leaves it."""
    return Terminals(stage.api.url, PATIENCE, TERMINALS[saboteur])
