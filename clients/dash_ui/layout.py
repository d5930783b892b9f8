"""The page's parts and where they stand. What they show is decided in `painting`."""

import uuid

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from clients.python.pages import texts

INDEX = """<!DOCTYPE html>
<html lang="en">
  <head>
    {%metas%}
    <title>{%title%}</title>
    {%favicon%}
    {%css%}
  </head>
  <body>
    {%app_entry%}
    {%config%}
    {%scripts%}
    {%renderer%}
  </body>
</html>"""


def layout() -> Component:
    """The empty page, for one tab; nothing is asked of the API before a browser opens it."""
    return html.Div([*_memory(), _settings(), html.Main([*_conversation(), *_desk()])], id="page")


def _memory() -> list[Component]:
    return [
        dcc.Store(id="tab", data=uuid.uuid4().hex),
        dcc.Store(id="recalled"),
        dcc.Store(id="saved"),
        dcc.Store(id="limit"),
        dcc.Store(id="settled"),
        dcc.Store(id="growing"),
        dcc.Download(id="download"),
    ]


def _settings() -> Component:
    return html.Aside(
        html.Details(
            [
                html.Summary("Settings"),
                html.Div(
                    [html.Label("Assistant", htmlFor="assistant"), dbc.Select([], id="assistant")],
                    className="control",
                ),
                html.Div(id="controls"),
                dbc.Switch(id="newest-first", label="Newest first", value=False),
                html.Button("Light or dark", id="theme"),
            ],
            id="settings",
            open=True,
        ),
        **{"aria-label": "Settings"},
    )


def _conversation() -> list[Component]:
    log = {"role": "log", "aria-live": "off", "aria-label": "Conversation", "tabIndex": "0"}
    return [
        html.Header([html.H1(texts.TITLE, id="title"), html.P(id="about")]),
        html.Div(id="log", **log),
        html.Div(id="announcement", className="unseen", **{"aria-live": "polite"}),
    ]


def _desk() -> list[Component]:
    """What one writes with, and what else one does with the conversation."""
    alert = html.Div(id="problem", className="alert", role="alert")
    cost = {"role": "status", "aria-live": "off", "aria-label": "Session cost"}
    return [
        html.Div([alert, html.Button("Retry", id="retry")], id="trouble", hidden=True),
        html.Div(id="starters"),
        html.Div(
            [
                html.Label("Message", htmlFor="message", className="unseen"),
                dcc.Textarea(id="message", rows=1, placeholder="Ask a question", value=""),
                html.Span(id="counter", className="counter"),
                html.Button("Send", id="send", className="send"),
                html.Button("Stop", id="stop", className="stop", hidden=True),
            ],
            className="composer",
        ),
        html.Div(
            [
                html.Button("Regenerate", id="regenerate", disabled=True),
                html.Button("Clear conversation", id="clear"),
                html.Button("Download CSV", id="csv"),
                html.Button("Download JSON", id="json"),
                html.Div(id="cost", className="cost", **cost),
            ],
            id="tools",
        ),
    ]
