"""`python -m clients.dash_ui`: serves the page."""

import sys

from starlette.types import ASGIApp

from clients.python import AsyncSession
from clients.python.pages.serving import run_page


def build(session: AsyncSession) -> ASGIApp:
    """The page as an application."""
    # Imported here: Dash takes seconds, and a taken port is said at once.
    from clients.dash_ui.app import application

    return application(session)


if __name__ == "__main__":
    sys.exit(run_page("dash", 8050, build))
