"""A model, an API, a browser, and the Gradio page, with which a conversation begins."""

import pytest

from tests.pages.fixtures import *  # noqa: F403


@pytest.fixture(scope="package")
def frontend() -> str:
    return "gradio"
