"""What each part of the page shows for a visit, sent to the browser as it changes."""

from dash import html, set_props

from clients.dash_ui import controls
from clients.python.pages import texts
from clients.python.pages.visit import Visit


def words(visit: Visit) -> None:
    """What changes while a reply comes."""
    trouble = texts.trouble(visit)
    set_props("growing", {"data": texts.growing(visit)})
    set_props("problem", {"children": trouble.sentence})
    set_props("retry", {"hidden": not trouble.retryable})
    set_props("trouble", {"hidden": not trouble.sentence})


def conversation(visit: Visit) -> None:
    """What changes when a reply begins or ends."""
    transcript = visit.transcript
    settled = {"html": texts.settled(visit), "newestFirst": visit.newest_first}
    starters = [_starter(question) for question in texts.starters(visit)]
    set_props("settled", {"data": settled})
    words(visit)
    set_props("announcement", {"children": texts.announcement(visit)})
    set_props("starters", {"children": starters})
    set_props("send", {"hidden": transcript.busy})
    set_props("stop", {"hidden": not transcript.busy})
    set_props("regenerate", {"disabled": not transcript.can_regenerate})
    set_props("cost", {"children": texts.cost(visit)})
    set_props("saved", {"data": visit.saved()})


def empty_box() -> None:
    """The question was taken."""
    set_props("message", {"value": ""})


def everything(visit: Visit) -> None:
    """The whole page, as it stands after the API has answered or another assistant was chosen."""
    assistants = [{"label": one.name, "value": one.id} for one in visit.assistants]
    chosen = visit.assistant.id if visit.assistant else None
    drawn = [controls.drawn(c, visit.values.get(c.path)) for c in visit.panel.controls]
    set_props("title", {"children": texts.title(visit)})
    set_props("about", {"children": texts.about(visit)})
    set_props("assistant", {"options": assistants, "value": chosen})
    set_props("controls", {"children": drawn if visit.assistant else []})
    set_props("newest-first", {"value": visit.newest_first})
    set_props("limit", {"data": visit.transcript.question_limit})
    conversation(visit)


def _starter(question: str) -> html.Button:
    return html.Button(question, id={"type": "starter", "question": question})
