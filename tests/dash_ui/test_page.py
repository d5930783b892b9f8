"""The Dash page holds to what holds for every page."""

from tests.pages.scenarios import *  # noqa: F403
