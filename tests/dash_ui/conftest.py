"""The Dash page, and how one chooses there."""

import pytest

pytest.register_assert_rewrite("tests.pages.scenarios")

from tests.pages.fixtures import *  # noqa: E402, F403
from tests.pages.fixtures import ChooseAssistant  # noqa: E402
from tests.pages.screen import Screen  # noqa: E402


@pytest.fixture(scope="package")
def frontend() -> str:
    return "dash"


@pytest.fixture
def choose_assistant() -> ChooseAssistant:
    def choose(screen: Screen, name: str) -> None:
        screen.page.get_by_role("combobox", name="Assistant", exact=True).select_option(name)

    return choose
