"""The Gradio page."""

import pytest

pytest.register_assert_rewrite("tests.pages.scenarios")

from tests.pages.fixtures import *  # noqa: E402, F403


@pytest.fixture(scope="package")
def frontend() -> str:
    return "gradio"
