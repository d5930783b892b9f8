"""What happens when somebody does something: the visit changes, and the page is painted again.

A callback lasts as long as its turn, and paints through the page's web socket meanwhile.
"""

import base64
from collections import OrderedDict
from contextlib import aclosing
from typing import Any

from dash import ctx

from clients.dash_ui import painting
from clients.python.pages import texts
from clients.python.pages.turns import Turn, Turns
from clients.python.pages.visit import Visit

TABS_KEPT = 500
"""A tab that is forgotten goes on from what its browser has kept."""

File = dict[str, Any]


class Events:
    """The handlers, bound to an API, and the visits of the open tabs."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._visits: OrderedDict[str, Visit] = OrderedDict()

    async def open(self, recalled: dict[str, str], tab: str, saved: str | None) -> None:
        """A tab was opened: meet the API, and go on with what was kept or with the linked run."""
        visit = self._visits[tab] = Visit()
        while len(self._visits) > TABS_KEPT:
            self._visits.popitem(last=False)
        await self._take(visit, self._turns.open(visit, saved or recalled["saved"], recalled["run"]))

    async def reach(self, recalled: dict[str, str] | None, tab: str, saved: str | None) -> None:
        """The page has lost this server and found it again; when it is new, it has lost nothing."""
        if visit := self._visits.get(tab):
            painting.everything(visit)
            await self._take(visit, self._turns.follow(visit))
        elif recalled:
            await self.open(recalled, tab, saved)

    async def ask(self, _send: int, question: str, values: list[Any], tab: str) -> None:
        """Send the question; it stays in the box where it may not be sent."""
        visit = self._set(tab, values)
        await self._ask(visit, question)

    async def start(self, clicks: list[int | None], values: list[Any], tab: str) -> None:
        """Ask one of the assistant's questions."""
        if any(clicks):
            visit = self._set(tab, values)
            question = texts.starters(visit)[ctx.triggered_id["index"]]
            await self._ask(visit, question)

    async def again(self, _again: int, _retry: int, values: list[Any], tab: str) -> None:
        """Ask for another reply to the last question."""
        visit = self._set(tab, values)
        await self._take(visit, self._turns.again(visit))

    async def stop(self, _clicks: int, tab: str) -> None:
        """Stop the model. The stream then ends by itself, in every window that shows the run."""
        await self._turns.stop(self._visits[tab])
        painting.conversation(self._visits[tab])

    async def clear(self, _clicks: int, tab: str) -> None:
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
        visit = self._visits[tab]
        if visit.newest_first != newest_first:
            visit.newest_first = newest_first
            painting.conversation(visit)

    async def csv(self, _clicks: int, tab: str) -> File:
        return _file(self._visits[tab].transcript.csv_file(), "conversation.csv", "text/csv")

    async def json(self, _clicks: int, tab: str) -> File:
        text = self._visits[tab].transcript.to_json()
        return _file(text.encode(), "conversation.json", "application/json")

    async def _ask(self, visit: Visit, question: str) -> None:
        async with aclosing(self._turns.ask(visit, question)) as turn:
            await anext(turn)
            if visit.transcript.problem is None:
                painting.empty_box()
            await self._take(visit, turn)

    def _set(self, tab: str, values: list[Any]) -> Visit:
        visit = self._visits[tab]
        visit.values = dict(zip((c.path for c in visit.panel.controls), values, strict=True))
        return visit

    async def _take(self, visit: Visit, turn: Turn) -> None:
        """Paint the visit while the turn changes it."""
        opened = visit.health is not None
        painting.conversation(visit)
        phase = visit.phase
        async with aclosing(turn):
            async for _ in turn:
                if not opened:
                    painting.everything(visit)
                elif visit.phase != phase:
                    painting.conversation(visit)
                else:
                    painting.words(visit)
                opened, phase = visit.health is not None, visit.phase
        painting.conversation(visit)


def _file(content: bytes, name: str, kind: str) -> File:
    encoded = base64.b64encode(content).decode()
    return {"content": encoded, "filename": name, "type": kind, "base64": True}
