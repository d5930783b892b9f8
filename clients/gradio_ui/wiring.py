"""What each event does to the visit, and what is painted then."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from clients.gradio_ui import painting
from clients.gradio_ui.page import Page
from clients.gradio_ui.painting import Painted
from clients.python.pages.turns import Turn, Turns
from clients.python.pages.visit import Visit

Paintings = AsyncIterator[Painted]


def wire(page: Page, turns: Turns) -> None:
    """Bind the page's events to the turns that a visit can take."""
    with page.blocks:
        _Wiring(page, turns)


class _Wiring:
    def __init__(self, page: Page, turns: Turns) -> None:
        self._page = page
        self._turns = turns
        self._wire_opening()
        self._wire_turns()
        self._wire_settings()
        self._wire_downloads()

    def _wire_opening(self) -> None:
        page = self._page
        tab = [page.visit, page.saved, page.linked_run]
        self._on(page.blocks.load, self._open, tab, js="recall")
        page.blocks.load(None, js="prepare")
        page.saved.change(None, page.saved, js="keep")

    def _wire_turns(self) -> None:
        page, controls = self._page, [*self._page.controls.values()]
        asking = [page.visit, page.message, *controls]
        self._on(page.message.submit, self._ask, asking)
        for event, does, inputs in (
            (page.send.click, self._ask, asking),
            (page.starters.click, self._start, [page.visit, page.starters, *controls]),
            (page.regenerate.click, self._again, [page.visit, *controls]),
            (page.retry.click, self._again, [page.visit, *controls]),
            (page.stop.click, self._stop, [page.visit]),
            (page.clear.click, self._clear, [page.visit]),
        ):
            self._on(event, does, inputs, js="toMessage")

    def _wire_settings(self) -> None:
        page = self._page
        self._on(page.assistant.input, self._choose, [page.visit, page.assistant])
        ordered = [page.visit, page.newest_first, *page.controls.values()]
        self._on(page.newest_first.input, self._order, ordered)
        page.newest_first.change(None, page.newest_first, js="order")
        page.theme.click(None, js="switchTheme")
        for changed in (page.message.change, page.limit.change):
            changed(None, [page.message, page.limit], page.counter, js="counter")

    def _wire_downloads(self) -> None:
        page = self._page
        for button, text, save in (
            (page.csv, lambda visit: visit.transcript.to_csv(), "downloadCsv"),
            (page.json, lambda visit: visit.transcript.to_json(), "downloadJson"),
        ):
            ready = self._on(button.click, text, [page.visit], page.download)
            ready.then(None, page.download, js=save)

    def _on(
        self, event: Any, does: Any, inputs: list[Any], outputs: Any = None, **more: Any
    ) -> Any:
        return event(
            does,
            inputs,
            outputs or self._page.painted,
            show_progress="hidden",
            trigger_mode="multiple",  # stop and a new question get through while a reply comes
            concurrency_limit=None,
            api_visibility="private",
            **more,
        )

    async def _open(self, visit: Visit, saved: str, linked_run: str) -> Paintings:
        met = False
        async for painted in self._painted(visit, self._turns.open(visit, saved, linked_run)):
            # Once the API has been met, the settings are the person's.
            yield painted if met else painting.everything(self._page, visit)
            met = visit.trouble is None

    async def _ask(self, visit: Visit, question: str, *values: Any) -> Paintings:
        said = len(visit.transcript.messages)
        self._read(visit, values)
        async for painted in self._painted(visit, self._turns.ask(visit, question)):
            if len(visit.transcript.messages) > said and question:
                painted[self._page.message] = question = ""
            yield painted

    async def _start(self, visit: Visit, starter: list[str], *values: Any) -> Paintings:
        self._read(visit, values)
        async for painted in self._painted(visit, self._turns.ask(visit, starter[0])):
            yield painted

    async def _again(self, visit: Visit, *values: Any) -> Paintings:
        self._read(visit, values)
        async for painted in self._painted(visit, self._turns.again(visit)):
            yield painted

    async def _stop(self, visit: Visit) -> Painted:
        await self._turns.stop(visit)
        return painting.conversation(self._page, visit)

    async def _clear(self, visit: Visit) -> Painted:
        await self._turns.clear(visit)
        return painting.kept(self._page, visit)

    def _choose(self, visit: Visit, assistant_id: str) -> Painted:
        visit.choose(assistant_id)
        return painting.everything(self._page, visit)

    def _order(self, visit: Visit, newest_first: bool, *values: Any) -> Painted:
        self._read(visit, values)
        visit.newest_first = newest_first
        return painting.kept(self._page, visit)

    def _read(self, visit: Visit, values: tuple[Any, ...]) -> None:
        visit.values = dict(zip(self._page.controls, values, strict=True))

    async def _painted(self, visit: Visit, turn: Turn) -> Paintings:
        """The conversation as it grows; the browser keeps it when it begins, is named and ends."""
        before: Painted = {}
        kept: str | None = ""
        async with aclosing(turn) as steps:
            async for _ in steps:
                keep = not visit.transcript.busy or visit.transcript.run_id != kept
                paint = painting.kept if keep else painting.conversation
                painted, kept = paint(self._page, visit), visit.transcript.run_id
                if news := painting.news(painted, before):
                    yield news
                before = painted
