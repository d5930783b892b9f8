"""One open tab: what it shows, and what a click does before the page is painted again."""

import os

import streamlit as st

from clients.python import AsyncSession, PanelControl
from clients.python.background import run
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
        self.accepted = 0
        """How many questions were taken; the message box is emptied for each."""
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
            self.ask(question)

    def ask(self, question: str) -> None:
        self._read_controls()
        self.work.take(turns().ask(self.visit, question))
        self.accepted += self.visit.transcript.problem is None

    def again(self) -> None:
        self._read_controls()
        self.work.take(turns().again(self.visit))

    def stop(self) -> None:
        run(turns().stop(self.visit))

    def clear(self) -> None:
        run(turns().clear(self.visit))

    def choose(self) -> None:
        self.visit.choose(st.session_state.assistant)

    def order(self) -> None:
        self.visit.newest_first = st.session_state.newest_first

    def save(self, kind: str) -> None:
        """Streamlit's own download fails where a run of the script comes between."""
        transcript = self.visit.transcript
        text = transcript.to_csv() if kind == "csv" else transcript.to_json()
        self.file = (self.file[0] + 1, kind, text)

    def key_of(self, control: PanelControl) -> str:
        """Where Streamlit keeps the control's value; every assistant has its own."""
        key = f"{self.visit.assistant_id} {control.path}"
        st.session_state.setdefault(key, self.visit.values.get(control.path, control.shown))
        return key

    def _read_controls(self) -> None:
        """A click may bring values along that were not painted yet."""
        controls = self.visit.panel.controls
        self.visit.values = {c.path: st.session_state[self.key_of(c)] for c in controls}
