"""What each part of the page shows for a visit. What it says is decided in `pages.texts`."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from html import escape
from typing import Any, TypeAlias

import gradio as gr

from clients.gradio_ui.page import Page, drawn
from clients.python.pages import texts
from clients.python.pages.changes import Change, Turn
from clients.python.pages.visit import Visit

Painted: TypeAlias = dict[Any, Any]
"""Component → its new value, or what else of it changes."""


async def paintings(page: Page, visit: Visit, turn: Turn) -> AsyncIterator[Painted]:
    """What wasn't painted before, with every step of the turn."""
    before: Painted = {}
    accepted = visit.accepted
    async with aclosing(turn) as changes:
        async for change in changes:
            painted = _painted(page, visit, change)
            if visit.accepted != accepted:
                accepted, painted[page.message] = visit.accepted, ""
            news = {part: look for part, look in painted.items() if before.get(part, ()) != look}
            if news:
                yield news
            before |= painted


def _painted(page: Page, visit: Visit, change: Change) -> Painted:
    trouble, growing = texts.trouble(visit), texts.growing(visit)
    painted: Painted = {
        page.growing_above: growing if visit.newest_first else "",
        page.growing_below: "" if visit.newest_first else growing,
        page.trouble: gr.update(visible=bool(trouble.sentence)),
        page.problem: escape(trouble.sentence),
        page.retry: gr.update(visible=trouble.retryable),
    }
    if change >= Change.CONVERSATION:
        painted |= _conversation(page, visit)
    if change >= Change.EVERYTHING:
        painted |= _everything(page, visit)
    return painted


def _conversation(page: Page, visit: Visit) -> Painted:
    transcript, starters = visit.transcript, texts.starters(visit)
    return {
        page.settled: texts.settled(visit),
        page.announcement: escape(texts.announcement(visit)),
        page.starters: gr.update(samples=[[one] for one in starters], visible=bool(starters)),
        page.send: gr.update(visible=not transcript.busy),
        page.stop: gr.update(visible=transcript.busy),
        page.regenerate: gr.update(interactive=transcript.can_regenerate),
        page.cost: escape(texts.cost(visit)),
        page.saved: visit.saved(),
    }


def _everything(page: Page, visit: Visit) -> Painted:
    """The controls are as the assistant sets them, unless the person did."""
    chosen = visit.assistant.id if visit.assistant else None
    served = {control.path: control for control in visit.panel.controls}
    return {
        page.heading: texts.heading(visit),
        page.assistant: gr.update(choices=[(a.name, a.id) for a in visit.assistants], value=chosen),
        page.limit: visit.transcript.question_limit,
        page.newest_first: visit.newest_first,
        **{
            component: drawn(served[path], visit.values.get(path))
            if path in served
            else gr.update(visible=False)
            for path, component in page.controls.items()
        },
    }
