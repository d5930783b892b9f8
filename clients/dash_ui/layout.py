"""The page's parts and where they stand. What they show is decided in `painting`."""

import uuid
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from clients.python.pages import texts


def layout() -> Component:
    """The empty page, for one tab; nothing is asked of the API before a browser opens it."""
    memory = ("recalled", "saved", "limit", "settled", "growing")
    return html.Div(
        [
            dcc.Store(id="tab", data=uuid.uuid4().hex),
            *(dcc.Store(id=name) for name in memory),
            dcc.Download(id="download"),
            html.Aside(_settings()),
            html.Main([*_conversation(), *_desk()]),
        ],
        id="page",
    )


def _settings() -> Component:
    label = html.Label("Assistant", htmlFor="assistant")
    parts = [
        html.Summary("Settings"),
        html.Div([label, dbc.Select([], id="assistant")], className="control"),
        html.Div(id="controls"),
        dbc.Switch(id="newest-first", label="Newest first", value=False),
        _button("Light or dark", "theme"),
    ]
    return html.Details(parts, id="settings", open=True)


def _conversation() -> list[Component]:
    return [
        html.Header([html.H1(texts.TITLE, id="title"), html.P(id="about")]),
        html.Div([html.Div(id=place) for place in ("above", "settled-log", "below")], id="log"),
        _live("announcement", None, "polite", className="unseen"),
    ]


def _desk() -> list[Component]:
    """What one writes with, and what else one does with the conversation."""
    trouble = [_live("problem", "alert", className="alert"), _button("Retry", "retry")]
    composer = [
        html.Label("Message", htmlFor="message", className="unseen"),
        dcc.Textarea(id="message", rows=1, placeholder="Ask a question", value=""),
        html.Span(id="counter", className="counter"),
        _button("Send", "send", className="send"),
        _button("Stop", "stop", className="stop", hidden=True),
    ]
    tools = [
        _button("Regenerate", "regenerate", disabled=True),
        _button("Clear conversation", "clear"),
        _button("Download CSV", "csv"),
        _button("Download JSON", "json"),
        _live("cost", "status", "off", "Session cost", className="cost"),
    ]
    return [
        html.Div(trouble, id="trouble", hidden=True),
        html.Div(id="starters"),
        html.Div(composer, className="composer"),
        html.Div(tools, id="tools"),
    ]


def _button(text: str, name: str, **more: Any) -> Component:
    return html.Button(text, id=name, **more)


def _live(
    name: str, role: str | None, live: str | None = None, label: str | None = None, **more: Any
) -> Component:
    """A part whose changes are told, or are not."""
    told = {"role": role, "aria-live": live, "aria-label": label}
    more |= {key: value for key, value in told.items() if value}
    return html.Div(id=name, **more)
