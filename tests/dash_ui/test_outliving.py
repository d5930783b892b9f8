"""The Dash page outlives its own server."""

from tests.pages.outliving import *  # noqa: F403
