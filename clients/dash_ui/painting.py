"""What each part of the page shows for a visit, sent to the browser as it changes."""

from dash import html, set_props

from clients.dash_ui.controls import drawn
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
    transcript, newest_first = visit.transcript, visit.newest_first
    settled = {"html": texts.settled(visit), "newestFirst": newest_first}
    set_props("settled", {"data": settled})
    words(visit)
    set_props("announcement", {"children": texts.announcement(visit)})
    set_props("starters", {"children": [_starter(visit, i) for i in range(_starters(visit))]})
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
    controls = visit.panel.controls if visit.assistant else ()
    set_props("title", {"children": texts.title(visit)})
    set_props("about", {"children": texts.about(visit)})
    set_props("assistant", {"options": assistants, "value": chosen})
    set_props("controls", {"children": [drawn(c, visit.values.get(c.path)) for c in controls]})
    set_props("newest-first", {"value": visit.newest_first})
    set_props("limit", {"data": visit.transcript.question_limit})
    conversation(visit)


def _starters(visit: Visit) -> int:
    return len(texts.starters(visit))


def _starter(visit: Visit, number: int) -> html.Button:
    return html.Button(texts.starters(visit)[number], id={"type": "starter", "index": number})
