"""The Streamlit page outlives its own server."""

from tests.pages.outliving import *  # noqa: F403
