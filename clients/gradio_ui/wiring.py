"""Which event of which component calls which handler."""

from typing import Any

import gradio as gr

from clients.gradio_ui import browser
from clients.gradio_ui.events import Events
from clients.gradio_ui.page import Page
from clients.python import AsyncSession

_QUIET: dict[str, Any] = {
    "show_progress": "hidden",
    "trigger_mode": "multiple",  # a new question must get through while a reply is awaited
    "concurrency_limit": None,
    "api_visibility": "private",
}


def wire(page: Page, session: AsyncSession) -> None:
    """Bind the page's events to the API behind the session."""
    on = Events(page, session)
    with page.blocks:
        _wire_opening(page, on)
        _wire_conversation(page, on)
        _wire_settings(page, on)
        _wire_downloads(page)


def _wire_opening(page: Page, on: Events) -> None:
    tab = [page.visit, page.saved, page.linked_run]
    for opened in (page.blocks.load, page.knock.tick):
        opened(on.open, tab, page.painted, js=browser.RECALL, **_QUIET)
    page.blocks.load(None, js=browser.PREPARE)
    page.saved.change(None, page.saved, js=browser.KEEP)


def _wire_conversation(page: Page, on: Events) -> None:
    controls = list(page.controls.values())
    asked = gr.on(
        [page.send.click, page.message.submit],
        on.ask,
        [page.visit, page.message, *controls],
        page.painted,
        **_QUIET,
    )
    started = page.starters.click(
        on.start, [page.visit, page.starters, *controls], page.painted, **_QUIET
    )
    again = gr.on(
        [page.regenerate.click, page.retry.click],
        on.again,
        [page.visit, *controls],
        page.painted,
        **_QUIET,
    )
    stopped = page.stop.click(on.stop, page.visit, page.painted, **_QUIET)
    cleared = page.clear.click(on.clear, page.visit, page.painted, **_QUIET)
    for done in (asked, started, again, stopped, cleared):
        done.then(None, js=browser.REFOCUS)
    page.message.change(None, [page.message, page.limit], page.counter, js=browser.COUNT)


def _wire_settings(page: Page, on: Events) -> None:
    page.assistant.input(on.choose, [page.visit, page.assistant], page.painted, **_QUIET)
    page.newest_first.input(on.order, [page.visit, page.newest_first], page.painted, **_QUIET)
    page.theme.click(None, js=browser.SWITCH_THEME)


def _wire_downloads(page: Page) -> None:
    for button, text, save in (
        (page.csv, lambda visit: visit.transcript.to_csv(), browser.SAVE_CSV),
        (page.json, lambda visit: visit.transcript.to_json(), browser.SAVE_JSON),
    ):
        button.click(text, page.visit, page.download, **_QUIET).then(None, page.download, js=save)
