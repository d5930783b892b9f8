"""`python -m clients.dash_ui`: serves the page."""

import sys

from clients.dash_ui.app import build
from clients.python.pages.serving import run_page

if __name__ == "__main__":
    sys.exit(run_page("dash", 8050, build))
