"""What each part of the page shows for a visit. What it says is decided in `pages.texts`."""

from html import escape
from typing import Any

import gradio as gr

from clients.gradio_ui.page import Page, drawn
from clients.python.pages import markup, texts
from clients.python.pages.visit import Visit

Painted = dict[Any, Any]
"""Component → its new value, or what else of it changes."""


def conversation(page: Page, visit: Visit) -> Painted:
    """What changes while a reply comes."""
    transcript, trouble, growing = visit.transcript, texts.trouble(visit), texts.growing(visit)
    starters = texts.starters(visit)
    return {
        page.growing_above: growing if visit.newest_first else "",
        page.settled: texts.settled(visit),
        page.growing_below: "" if visit.newest_first else growing,
        page.announcement: escape(texts.announcement(visit)),
        page.trouble: gr.update(visible=bool(trouble.sentence)),
        page.problem: escape(trouble.sentence),
        page.retry: gr.update(visible=trouble.retryable),
        page.starters: gr.update(samples=[[one] for one in starters], visible=bool(starters)),
        page.send: gr.update(visible=not transcript.busy),
        page.stop: gr.update(visible=transcript.busy),
        page.regenerate: gr.update(interactive=transcript.can_regenerate),
        page.cost: escape(texts.cost(visit)),
    }


def news(painted: Painted, before: Painted) -> Painted:
    """What of it wasn't painted before."""
    return {part: value for part, value in painted.items() if before.get(part) != value}


def kept(page: Page, visit: Visit) -> Painted:
    """The conversation, which the browser is to keep as it is now."""
    return {**conversation(page, visit), page.saved: visit.saved()}


def everything(page: Page, visit: Visit) -> Painted:
    """The whole page, after the API has answered or another assistant was chosen."""
    return {
        **kept(page, visit),
        page.heading: markup.heading(texts.title(visit), texts.about(visit)),
        page.assistant: gr.update(
            choices=[(one.name, one.id) for one in visit.assistants],
            value=visit.assistant.id if visit.assistant else None,
        ),
        page.limit: visit.transcript.question_limit,
        page.newest_first: visit.newest_first,
        **_controls(page, visit),
    }


def _controls(page: Page, visit: Visit) -> Painted:
    """As the assistant sets them, unless the person did; those that the server lacks are hidden."""
    served = {control.path: control for control in visit.panel.controls}
    return {
        component: drawn(served[path], visit.values.get(path))
        if path in served
        else gr.update(visible=False)
        for path, component in page.controls.items()
    }
