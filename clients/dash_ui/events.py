"""What happens when somebody does something: the visit changes, and the page is painted again.

A callback lasts as long as its turn, and paints through the page's web socket meanwhile.
"""

import base64
from collections import OrderedDict
from contextlib import aclosing
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx

from clients.dash_ui import controls, painting
from clients.python.pages.turns import Turn, Turns
from clients.python.pages.visit import Visit

TABS_KEPT = 500
"""A tab that is forgotten goes on from what its browser has kept."""

RECALLED, TAB, SAVED = (State(name, "data") for name in ("recalled", "tab", "saved"))
VALUES = State(controls.of(ALL), "value")


class Events:
    """The handlers, bound to a page and an API, and the visits of the open tabs."""

    def __init__(self, app: Dash, turns: Turns) -> None:
        self._turns = turns
        self._visits: OrderedDict[str, Visit] = OrderedDict()
        app.callback(Input("recalled", "data"), TAB, SAVED)(self.open)
        # Without inputs: Dash calls it again whenever the page has found this server again.
        app.callback(RECALLED, TAB, SAVED, persistent=True)(self.reach)
        starters = Input({"type": "starter", "question": ALL}, "n_clicks")
        message = State("message", "value")
        app.callback(Input("send", "n_clicks"), message, VALUES, TAB)(self.ask)
        app.callback(starters, VALUES, TAB)(self.start)
        again = (Input(button, "n_clicks") for button in ("regenerate", "retry"))
        app.callback(*again, VALUES, TAB)(self.again)
        app.callback(Input("stop", "n_clicks"), TAB)(self.stop)
        app.callback(Input("clear", "n_clicks"), TAB)(self.clear)
        app.callback(Input("assistant", "value"), TAB)(self.choose)
        app.callback(Input("newest-first", "value"), TAB)(self.order)
        files = (Input(button, "n_clicks") for button in ("csv", "json"))
        app.callback(Output("download", "data"), *files, TAB)(self.download)

    async def open(self, recalled: dict[str, str], tab: str, saved: str | None) -> None:
        """A tab was opened: meet the API, and go on with what was kept or with the linked run."""
        visit = self._visits[tab] = Visit()
        while len(self._visits) > TABS_KEPT:
            self._visits.popitem(last=False)
        kept = saved or recalled["saved"]
        await self._take(visit, self._turns.open(visit, kept, recalled["run"]))

    async def reach(self, recalled: dict[str, str] | None, tab: str, saved: str | None) -> None:
        """The page had lost this server. Where the server is new, the page has lost nothing."""
        if visit := self._visits.get(tab):
            painting.everything(visit)
            await self._take(visit, self._turns.follow(visit))
        elif recalled:
            await self.open(recalled, tab, saved)

    async def ask(self, _: int, question: str, values: list[Any], tab: str) -> None:
        """Send the question; it stays in the box where it may not be sent."""
        visit = self._set(tab, values)
        async with aclosing(self._turns.ask(visit, question)) as turn:
            await anext(turn)
            if visit.transcript.problem is None:
                painting.empty_box()
            await self._take(visit, turn)

    async def start(self, clicks: list[int | None], values: list[Any], tab: str) -> None:
        """Ask one of the assistant's questions."""
        if any(clicks):
            visit = self._set(tab, values)
            await self._take(visit, self._turns.ask(visit, ctx.triggered_id["question"]))

    async def again(self, _regenerate: int, _retry: int, values: list[Any], tab: str) -> None:
        """Ask for another reply to the last question."""
        visit = self._set(tab, values)
        await self._take(visit, self._turns.again(visit))

    async def stop(self, _: int, tab: str) -> None:
        """Stop the model. The stream then ends by itself, in every window that shows the run."""
        await self._turns.stop(self._visits[tab])
        painting.conversation(self._visits[tab])

    async def clear(self, _: int, tab: str) -> None:
        """A new conversation. A reply that is being written is stopped."""
        await self._turns.clear(self._visits[tab])
        painting.conversation(self._visits[tab])

    async def choose(self, assistant_id: str, tab: str) -> None:
        """Another assistant answers from now on."""
        visit = self._visits[tab]
        if visit.assistant and visit.assistant.id != assistant_id:
            visit.choose(assistant_id)
            painting.everything(visit)

    async def order(self, newest_first: bool, tab: str) -> None:
        """Newest or oldest message on top."""
        self._visits[tab].newest_first = newest_first
        painting.conversation(self._visits[tab])

    async def download(self, _csv: int, _json: int, tab: str) -> dict[str, Any]:
        """The conversation as a file."""
        transcript, kind = self._visits[tab].transcript, ctx.triggered_id
        content = transcript.csv_file() if kind == "csv" else transcript.to_json().encode()
        encoded = base64.b64encode(content).decode()
        return {"content": encoded, "filename": f"conversation.{kind}", "base64": True}

    def _set(self, tab: str, values: list[Any]) -> Visit:
        visit = self._visits[tab]
        drawn = zip(visit.panel.controls, values, strict=True)
        visit.values = {control.path: controls.read(control, value) for control, value in drawn}
        return visit

    async def _take(self, visit: Visit, turn: Turn) -> None:
        """Paint the visit while the turn changes it."""
        met, phase = visit.health is not None, None
        painting.conversation(visit)  # whatever became of the visit before the turn
        async with aclosing(turn):
            async for _ in turn:
                if not met:
                    painting.everything(visit)
                elif visit.phase != phase:
                    painting.conversation(visit)
                else:
                    painting.words(visit)
                met, phase = visit.health is not None, visit.phase
        painting.conversation(visit)
