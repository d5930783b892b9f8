"""Which turn each event takes; the page is painted with its every step.

A callback lasts as long as its turn, and paints through the page's web socket meanwhile.
"""

import base64
from collections import OrderedDict
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx

from clients.dash_ui import controls, painting
from clients.python.pages.changes import Change, Turn
from clients.python.pages.turns import Turns
from clients.python.pages.visit import Visit

TABS_KEPT = 500
"""A tab that is forgotten goes on from what its browser has kept."""

RECALLED, TAB, SAVED = (State(name, "data") for name in ("recalled", "tab", "saved"))
VALUES = State(controls.of(ALL), "value")


class Events:
    """The handlers, bound to a page and an API, and the visits of the open tabs."""

    def __init__(self, app: Dash, turns: Turns) -> None:
        self._app = app
        self._turns = turns
        self._visits: OrderedDict[str, Visit] = OrderedDict()
        app.callback(Input("recalled", "data"), TAB, SAVED)(self.open)
        # Without inputs: Dash calls it again whenever the page has found this server again.
        app.callback(RECALLED, TAB, SAVED, persistent=True)(self.reach)
        self._on_click("send", turns.ask, State("message", "value"))
        for button, take in (
            ("regenerate", turns.again),
            ("retry", turns.again),
            ("stop", turns.stop),
            ("clear", turns.clear),
        ):
            self._on_click(button, take)
        self._on(self._start, Input({"type": "starter", "question": ALL}, "n_clicks"))
        self._on(self._choose, Input("assistant", "value"))
        self._on(turns.order, Input("newest-first", "value"))
        files = (Input(button, "n_clicks") for button in ("csv", "json"))
        app.callback(Output("download", "data"), *files, TAB)(self.download)

    async def open(self, recalled: dict[str, str], tab: str, saved: str | None) -> None:
        """A tab was opened: meet the API, and go on with what was kept or with the linked run."""
        visit = self._visits[tab] = Visit()
        while len(self._visits) > TABS_KEPT:
            self._visits.popitem(last=False)
        kept = saved or recalled["saved"]
        await self._paint(visit, self._turns.open(visit, kept, recalled["run"]))

    async def reach(self, recalled: dict[str, str] | None, tab: str, saved: str | None) -> None:
        """The page had lost this server. Where the server is new, the page has lost nothing."""
        if visit := self._visits.get(tab):
            painting.paint(visit, Change.EVERYTHING)
            await self._paint(visit, self._turns.follow(visit))
        elif recalled:
            await self.open(recalled, tab, saved)

    async def download(self, _csv: int, _json: int, tab: str) -> dict[str, Any]:
        """The conversation as a file."""
        transcript, kind = self._visits[tab].transcript, ctx.triggered_id
        content = transcript.csv_file() if kind == "csv" else transcript.to_json().encode()
        encoded = base64.b64encode(content).decode()
        return {"content": encoded, "filename": f"conversation.{kind}", "base64": True}

    def _start(self, visit: Visit, clicks: list[int | None]) -> Turn | None:
        """Starters that are drawn were not clicked yet."""
        return self._turns.ask(visit, ctx.triggered_id["question"]) if any(clicks) else None

    def _choose(self, visit: Visit, assistant_id: str) -> Turn | None:
        """What the page itself has set is nobody's choice."""
        known = visit.assistant is None or visit.assistant.id == assistant_id
        return None if known else self._turns.choose(visit, assistant_id)

    def _on_click(self, button: str, take: Callable[..., Turn], *told: State) -> None:
        self._on(lambda visit, _, *values: take(visit, *values), Input(button, "n_clicks"), *told)

    def _on(self, take: Callable[..., Turn | None], *told: Input | State) -> None:
        """The turn is told the values of these parts; the settings are those that are drawn."""

        async def handle(*values: Any) -> None:
            *told, drawn, tab = values
            visit = self._visits[tab]
            controls.read(visit, drawn)
            if turn := take(visit, *told):
                await self._paint(visit, turn)

        self._app.callback(*told, VALUES, TAB)(handle)

    async def _paint(self, visit: Visit, turn: Turn) -> None:
        accepted = visit.accepted
        async with aclosing(turn) as changes:
            async for change in changes:
                painting.paint(visit, change)
                if visit.accepted != accepted:
                    accepted = visit.accepted
                    painting.empty_box()
