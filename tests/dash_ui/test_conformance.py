"""The Dash page conforms."""

from tests.pages.conforming import *  # noqa: F403
