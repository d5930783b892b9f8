"""`python -m clients.streamlit_ui`: serves the page."""

import os
import sys
from pathlib import Path

from starlette.middleware import Middleware
from starlette.types import ASGIApp

from clients.python import AsyncSession
from clients.python.pages.headers import SecurityHeaders
from clients.python.pages.serving import run_page

# Streamlit's page has inline scripts, and loads those of components as blobs.
SCRIPTS = "'self' 'unsafe-inline' blob:"


def build(session: AsyncSession) -> ASGIApp:
    """The page as an application. Streamlit runs the script, which knows nobody: it finds the
    API's address in the environment."""
    # Imported here: Streamlit takes seconds, and a taken port is said at once.
    from streamlit.starlette import App

    os.environ["PARLEY_API"] = session.address.base
    guard = Middleware(SecurityHeaders, scripts=SCRIPTS)
    app: ASGIApp = App(Path(__file__).with_name("page.py"), middleware=[guard])
    return app


if __name__ == "__main__":
    sys.exit(run_page("streamlit", 8501, build))
