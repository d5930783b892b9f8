"""Which turn each event takes."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from clients.gradio_ui.page import Page
from clients.gradio_ui.painting import Painted, paintings
from clients.python.pages.changes import Turn
from clients.python.pages.turns import Turns
from clients.python.pages.visit import Visit

HOW: dict[str, Any] = {
    "show_progress": "hidden",
    "trigger_mode": "multiple",  # stop and a new question get through while a reply comes
    "concurrency_limit": None,
    "api_visibility": "private",
}


def wire(page: Page, turns: Turns) -> None:
    """Bind the page's events to the turns that a visit can take."""
    with page.blocks:
        _wire_turns(page, turns)
        _wire_browser(page)
        for button, kind in ((page.csv, "csv"), (page.json, "json")):
            ready = button.click(_file_of(kind), page.visit, page.download, **HOW)
            ready.then(None, page.download, js=f"text => download('{kind}', text)")


def _wire_turns(page: Page, turns: Turns) -> None:
    on = _Binder(page)
    on(page.blocks.load, turns.open, [page.saved, page.linked_run], js="recall", reads=False)
    on(page.message.submit, turns.ask, [page.message])
    on(page.assistant.input, turns.choose, [page.assistant], once=True)
    on(page.newest_first.input, turns.order, [page.newest_first], once=True)
    for button, turn, told in (
        (page.send, turns.ask, [page.message]),
        (page.starters, lambda visit, row: turns.ask(visit, row[0]), [page.starters]),
        (page.regenerate, turns.again, []),
        (page.retry, turns.again, []),
    ):
        on(button.click, turn, told, js="toMessage")
    on(page.stop.click, turns.stop, [], js="toMessage", once=True)
    on(page.clear.click, turns.clear, [], js="toMessage", once=True)


def _wire_browser(page: Page) -> None:
    """What only the browser can do: see browser.js."""
    page.blocks.load(None, js="prepare")
    page.saved.change(None, page.saved, js="keep")
    page.newest_first.change(None, page.newest_first, js="order")
    page.theme.click(None, js="switchTheme")
    for changed in (page.message.change, page.limit.change):
        changed(None, [page.message, page.limit], page.counter, js="counter")


def _file_of(kind: str) -> Callable[[Visit], str]:
    return lambda visit: visit.file(kind)


class _Binder:
    """Lets events take turns, and paints what becomes of the visit."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def __call__(
        self,
        event: Any,
        take: Callable[..., Turn],
        told: list[Any],
        js: str | None = None,
        reads: bool = True,
        once: bool = False,
    ) -> None:
        """`told` are the components that the turn is told the values of; unless `reads` is False,
        the settings are those that the page shows; `once`: the turn is over at once."""
        page = self._page

        async def handle(visit: Visit, *values: Any) -> AsyncIterator[Painted]:
            if reads:
                visit.values = dict(zip(page.controls, values[len(told) :], strict=True))
            async for painted in paintings(page, visit, take(visit, *values[: len(told)])):
                yield painted

        # Gradio sends what a generator yielded last once more when it ends. That would be old by
        # then, where a reply grows beside this turn.
        async def handle_once(visit: Visit, *values: Any) -> Painted:
            steps = [painted async for painted in handle(visit, *values)]
            return {part: look for painted in steps for part, look in painted.items()}

        inputs = [page.visit, *told, *(page.controls.values() if reads else ())]
        event(handle_once if once else handle, inputs, page.painted, js=js, **HOW)
