"""The page. Streamlit runs this script from top to bottom for every click, and so it is painted."""

import os
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from clients.python import AsyncSession, ControlKind, PanelControl
from clients.python.background import run
from clients.python.pages import CONVERSATION_CSS, CONVERSATION_JS, texts
from clients.python.pages.turns import Turns
from clients.python.pages.visit import Visit
from clients.streamlit_ui.work import Work

HERE = Path(__file__).parent
SECONDS_TO_KNOCK = 2.0
"""How often an API that doesn't answer is asked again."""

composer = st.components.v2.component(
    "composer",
    html=(HERE / "composer.html").read_text(encoding="utf-8"),
    js=CONVERSATION_JS + (HERE / "composer.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


@st.cache_resource
def turns() -> Turns:
    return Turns(AsyncSession(os.environ["PARLEY_API"]))


class Page:
    """One tab: what it shows, and what a click does."""

    def __init__(self) -> None:
        self.visit = Visit(newest_first=True)
        self.work = Work()
        self.opened = False
        self.accepted = 0
        self.shown_run: str | None = None

    def open(self) -> None:
        self.opened = True
        run(turns().open(self.visit, st.session_state.composer.opened, st.query_params.get("run", "")))
        self.work.take(turns().follow(self.visit))
