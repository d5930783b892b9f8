"""The React page, and how one chooses there."""

from dataclasses import dataclass

import pytest

pytest.register_assert_rewrite("tests.pages.scenarios")

from tests.pages.fixtures import *  # noqa: E402, F403
from tests.pages.fixtures import ChooseAssistant  # noqa: E402
from tests.pages.screen import Screen  # noqa: E402
from tests.servers import ServerProcess  # noqa: E402


@dataclass(frozen=True)
class ServedPage:
    """The page comes with the API."""

    url: str


@pytest.fixture(scope="package")
def frontend() -> str:
    return "react"


@pytest.fixture(scope="package")
def served(api: ServerProcess) -> ServedPage:
    return ServedPage(f"{api.url}/app/")


@pytest.fixture
def choose_assistant() -> ChooseAssistant:
    def choose(screen: Screen, name: str) -> None:
        screen.page.get_by_role("combobox", name="Assistant", exact=True).select_option(name)

    return choose
