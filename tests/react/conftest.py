"""The React page."""

from dataclasses import dataclass

import pytest

pytest.register_assert_rewrite("tests.pages.scenarios")

from tests.pages.fixtures import *  # noqa: E402, F403
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
