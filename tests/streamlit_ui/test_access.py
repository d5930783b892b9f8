"""The Streamlit page is for everybody, and nothing takes it over."""

from tests.pages.access import *  # noqa: F403
