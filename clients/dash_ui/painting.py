"""What each part of the page shows for a visit, sent to the browser as it changes."""

from typing import Any

from dash import html, set_props

from clients.dash_ui import controls
from clients.python.pages import texts
from clients.python.pages.changes import Change
from clients.python.pages.visit import Visit


def paint(visit: Visit, change: Change) -> None:
    """Send what the change is about."""
    shown = _words(visit)
    if change >= Change.CONVERSATION:
        shown |= _conversation(visit)
    if change >= Change.EVERYTHING:
        shown |= _everything(visit)
    for part, look in shown.items():
        set_props(part, look)


def empty_box() -> None:
    """The question was taken."""
    set_props("message", {"value": ""})


def _words(visit: Visit) -> dict[str, Any]:
    trouble, growing = texts.trouble(visit), texts.growing(visit)
    return {
        "growing": {"data": [growing, ""] if visit.newest_first else ["", growing]},
        "problem": {"children": trouble.sentence},
        "retry": {"hidden": not trouble.retryable},
        "trouble": {"hidden": not trouble.sentence},
    }


def _conversation(visit: Visit) -> dict[str, Any]:
    transcript = visit.transcript
    starters = [_starter(question) for question in texts.starters(visit)]
    return {
        "settled": {"data": {"html": texts.settled(visit), "newestFirst": visit.newest_first}},
        "announcement": {"children": texts.announcement(visit)},
        "starters": {"children": starters},
        "send": {"hidden": transcript.busy},
        "stop": {"hidden": not transcript.busy},
        "regenerate": {"disabled": not transcript.can_regenerate},
        "cost": {"children": texts.cost(visit)},
        "saved": {"data": visit.saved()},
    }


def _everything(visit: Visit) -> dict[str, Any]:
    assistants = [{"label": one.name, "value": one.id} for one in visit.assistants]
    chosen = visit.assistant.id if visit.assistant else None
    drawn = [controls.drawn(c, visit.values.get(c.path)) for c in visit.panel.controls]
    return {
        "title": {"children": texts.title(visit)},
        "about": {"children": texts.about(visit)},
        "assistant": {"options": assistants, "value": chosen},
        "controls": {"children": drawn},
        "newest-first": {"value": visit.newest_first},
        "limit": {"data": visit.transcript.question_limit},
    }


def _starter(question: str) -> html.Button:
    return html.Button(question, id={"type": "starter", "question": question})
