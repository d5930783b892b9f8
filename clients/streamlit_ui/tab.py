"""One open tab: what it shows, and what a click does before the page is painted again."""

import os
from collections.abc import Callable
from typing import Any

import streamlit as st

from clients.python import AsyncSession, PanelControl
from clients.python.pages.changes import Turn
from clients.python.pages.turns import Turns
from clients.python.pages.visit import Visit
from clients.python.pages.work import Work


@st.cache_resource
def turns() -> Turns:
    """The turns with the one API of this process."""
    return Turns(AsyncSession(os.environ["PARLEY_API"]))


class Tab:
    """A visit, and the turn that it takes."""

    def __init__(self) -> None:
        self.visit = Visit()
        self.work = Work()
        self.opened = False
        """False until the browser has told what it kept."""
        self.heard = 0
        """When the last question was sent that was heard."""
        self.file: tuple[int, str, str] = (0, "csv", "")
        """How many files were wanted, and the last one for the browser to save."""

    @classmethod
    def here(cls) -> "Tab":
        """The tab that the script paints."""
        tab: Tab = st.session_state.setdefault("tab", cls())
        return tab

    def open(self, saved: str) -> None:
        """Meet the API, and go on with what was kept or with the run in the page's address."""
        self.opened = True
        self.work.take(turns().open(self.visit, saved, st.query_params.get("run", "")))

    def hear(self, time: int, question: str) -> None:
        """Ask what was sent at that time, in milliseconds, unless it was heard before."""
        if time > self.heard:
            self.heard = time
            self.take(turns().ask, question)

    def take(self, turn: Callable[..., Turn], *told: Any) -> None:
        """Take the turn, with the settings that are drawn."""
        # A click may bring values along that were not painted yet.
        controls = self.visit.panel.controls
        self.visit.values = {c.path: st.session_state[self.key_of(c)] for c in controls}
        self.work.take(turn(self.visit, *told))

    def take_chosen(self, turn: Callable[..., Turn], key: str) -> None:
        """Take the turn with the value that Streamlit keeps under `key`."""
        self.take(turn, st.session_state[key])

    def save(self, kind: str) -> None:
        """Streamlit's own download fails where a run of the script comes between."""
        self.file = (self.file[0] + 1, kind, self.visit.file(kind))

    def key_of(self, control: PanelControl) -> str:
        """Where Streamlit keeps the control's value; every assistant has its own."""
        key = f"{self.visit.assistant_id} {control.path}"
        st.session_state.setdefault(key, self.visit.values.get(control.path, control.shown))
        return key
