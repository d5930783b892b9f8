"""The page as an application. Nothing of it comes from another host."""

from pathlib import Path

from dash import Dash
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from clients.dash_ui.events import Events
from clients.dash_ui.layout import INDEX, layout
from clients.dash_ui.wiring import wire
from clients.python import AsyncSession
from clients.python.pages import CONVERSATION_CSS, CONVERSATION_JS, texts
from clients.python.pages.headers import SecurityHeaders
from clients.python.pages.turns import Turns


def build(session: AsyncSession) -> ASGIApp:
    """The page that asks this API."""
    app = Dash(
        __name__,
        backend="fastapi",  # the one that streams
        websocket_callbacks=True,
        title=texts.TITLE,
        update_title="",
        prevent_initial_callbacks=True,
        index_string=INDEX,
        assets_folder=str(Path(__file__).with_name("assets")),
        external_stylesheets=["/conversation.css"],
        external_scripts=["/conversation.js"],
        suppress_callback_exceptions=True,  # settings and starters are drawn later
    )
    app.layout = layout
    wire(app, Events(Turns(session)))
    _serve(app, "/conversation.css", CONVERSATION_CSS, "text/css")
    _serve(app, "/conversation.js", CONVERSATION_JS, "text/javascript")
    return SecurityHeaders(app.server, scripts=" ".join(["'self'", *app.csp_hashes()]))


def _serve(app: Dash, path: str, text: str, kind: str) -> None:
    async def answer(_: Request) -> Response:
        return Response(text, media_type=kind)

    app.server.add_route(path, answer)
