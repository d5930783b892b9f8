"""`python -m clients.gradio_ui`: serves the page."""

import sys

from starlette.types import ASGIApp

from clients.python import AsyncSession
from clients.python.pages.headers import SecurityHeaders
from clients.python.pages.serving import run_page

# Gradio's page has inline scripts and evaluates the handlers that run in the browser.
SCRIPTS = "'self' 'unsafe-inline' 'unsafe-eval'"


def build(session: AsyncSession) -> ASGIApp:
    """The page as an application."""
    # Imported here: Gradio takes seconds, and a taken port is said at once.
    from clients.gradio_ui.application import application

    return SecurityHeaders(application(session), scripts=SCRIPTS)


if __name__ == "__main__":
    sys.exit(run_page("gradio", 7860, build))
