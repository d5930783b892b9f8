"""What each part of the page shows for a visit. Everything is decided elsewhere, most of it by
`clients.python.Transcript`.
"""

from html import escape
from typing import Any

import gradio as gr

from clients.gradio_ui.markup import article, plain_text
from clients.gradio_ui.page import TITLE, Page, drawn
from clients.gradio_ui.visit import Visit

Painted = dict[Any, Any]
"""Component → its new value, or what else of it changes."""


def conversation(page: Page, visit: Visit) -> Painted:
    """What changes while a reply comes."""
    transcript = visit.transcript
    painted = {
        page.conversation: _articles(visit),
        page.announcement: _announcement(visit),
        page.starters: gr.Dataset(visible=visit.health is not None and not transcript.messages),
        page.send: gr.Button(visible=not transcript.busy),
        page.stop: gr.Button(visible=transcript.busy),
        page.regenerate: gr.Button(interactive=transcript.can_regenerate),
        page.cost: _cost(visit),
        **_trouble(page, visit),
    }
    if not transcript.busy or transcript.run_id != visit.saved_run:
        painted[page.saved] = visit.saved()
    return painted


def everything(page: Page, visit: Visit) -> Painted:
    """The whole page, as it stands after the API has answered or another assistant was chosen."""
    assistant = visit.assistant
    limit = visit.transcript.question_limit
    return {
        page.heading: _heading(visit),
        page.assistant: gr.Dropdown(
            choices=[(one.name, one.id) for one in visit.assistants],
            value=assistant.id if assistant else None,
        ),
        page.limit: limit,
        page.counter: f"<span>{visit.transcript.counter('')}</span>",
        page.newest_first: visit.newest_first,
        page.knock: gr.Timer(active=visit.health is None),
        **_controls(page, visit),
        **conversation(page, visit),
        page.starters: gr.Dataset(
            samples=[[starter] for starter in assistant.starters] if assistant else [],
            visible=bool(assistant and assistant.starters and not visit.transcript.messages),
        ),
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


def _articles(visit: Visit) -> list[str]:
    names = {"user": "You", "assistant": visit.assistant.name if visit.assistant else TITLE}
    shown = visit.transcript.view(visit.newest_first)
    return [article(message, names[message.role]) for message in shown]


def _announcement(visit: Visit) -> str:
    """For screen readers, which would stumble over every word that is added to the conversation."""
    transcript = visit.transcript
    if transcript.busy:
        return "The reply is being written."
    last = transcript.messages[-1] if transcript.messages else None
    return escape(plain_text(last.content)) if last and last.role == "assistant" else ""


def _trouble(page: Page, visit: Visit) -> Painted:
    sentence, retryable = "", False
    if visit.trouble:
        sentence = f"{visit.trouble.sentence} This page tries again by itself."
    elif notice := visit.transcript.problem:
        sentence, retryable = notice.sentence, notice.retryable
    elif visit.transcript.reconnecting:
        sentence = "The connection was lost. Trying again …"
    return {
        page.trouble: gr.Row(visible=bool(sentence)),
        page.problem: escape(sentence),
        page.retry: gr.Button(visible=retryable),
    }


def _cost(visit: Visit) -> str:
    transcript = visit.transcript
    if not transcript.totals.total_tokens and not transcript.totals.unknown_usages:
        return ""
    return f"Session: {escape(transcript.tokens_text)}, cost {escape(transcript.cost_text)}"


def _heading(visit: Visit) -> str:
    if not (assistant := visit.assistant) or not visit.health:
        return f"<h1>{TITLE}</h1>"
    hint = visit.health.model.hint or ""
    return (
        f"<h1>{escape(assistant.name)}</h1><p>{escape(assistant.description)} "
        f"Answers come from <strong>{escape(assistant.model)}</strong>. {escape(hint)}</p>"
    )
