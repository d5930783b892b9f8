"""The page as an application. Nothing of it comes from another host."""

from pathlib import Path

from dash import MATCH, ClientsideFunction, Dash, Input, Output
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from clients.dash_ui import controls
from clients.dash_ui.events import Events
from clients.dash_ui.layout import layout
from clients.python import AsyncSession
from clients.python.pages import CONVERSATION_CSS, CONVERSATION_JS, texts
from clients.python.pages.headers import SecurityHeaders
from clients.python.pages.turns import Turns


def application(session: AsyncSession) -> ASGIApp:
    """The page that asks this API."""
    app = Dash(
        __name__,
        backend="fastapi",  # the one that streams
        websocket_callbacks=True,
        prevent_initial_callbacks=True,
        suppress_callback_exceptions=True,  # settings and starters are drawn later
        title=texts.TITLE,
        update_title="",
        assets_folder=str(Path(__file__).with_name("assets")),
        external_stylesheets=["/conversation.css"],
        external_scripts=["/conversation.js"],
    )
    app.index_string = app.index_string.replace("<html>", '<html lang="en">')
    app.layout = layout
    Events(app, Turns(session))
    _wire_browser(app)
    _serve(app, "/conversation.css", CONVERSATION_CSS, "text/css")
    _serve(app, "/conversation.js", CONVERSATION_JS, "text/javascript")
    return SecurityHeaders(app.server, scripts=" ".join(["'self'", *app.csp_hashes()]))


def _wire_browser(app: Dash) -> None:
    """What only the browser can do: see assets/page.js."""
    value, told = controls.of(MATCH), controls.of(MATCH, "told")
    for function, bound in (
        ("open", [Output("recalled", "data"), Input("tab", "data")]),
        ("keep", [Input("saved", "data")]),
        ("settle", [Input("settled", "data")]),
        ("grow", [Input("growing", "data")]),
        ("count", [Input("message", "value"), Input("limit", "data")]),
        ("turn", [Input("theme", "n_clicks")]),
        ("tell", [Output(told, "children"), Input(value, "value")]),
    ):
        app.clientside_callback(  # type: ignore[no-untyped-call]
            ClientsideFunction("page", function), *bound, prevent_initial_call=function != "open"
        )


def _serve(app: Dash, path: str, text: str, kind: str) -> None:
    async def answer(_: Request) -> Response:
        return Response(text, media_type=kind)

    app.server.add_route(path, answer)
