"""One model, API and page for a folder's tests, one browser for each module.

The browser holds its thread's event loop while it runs, hence no longer than a module. A folder's
`conftest` imports these and says with the fixture `frontend` which page it is about.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from conformance.frontends import FRONTENDS
from conformance.serving import PageProcess
from tests.browser import Tab, chromium_running, new_profile
from tests.pages.screen import Screen
from tests.servers import ServerProcess
from tests.upstream import FakeUpstream

OpenTab = Callable[..., Tab]


def command_of(frontend: str) -> tuple[str, ...]:
    """How the frontend's own server is started."""
    return FRONTENDS[frontend].command


@pytest.fixture(scope="package")
def work_dir(frontend: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp(frontend)


@pytest.fixture(scope="package")
def fake_model() -> Iterator[FakeUpstream]:
    with FakeUpstream() as upstream:
        yield upstream


@pytest.fixture
def upstream(fake_model: FakeUpstream) -> FakeUpstream:
    """The scripted model, with nothing queued and nothing remembered."""
    fake_model.reset()
    return fake_model


@pytest.fixture(scope="package")
def api(fake_model: FakeUpstream, work_dir: Path) -> Iterator[ServerProcess]:
    model = {"OPENAI_BASE_URL": fake_model.base_url, "OPENAI_API_KEY": "sk-test"}
    chosen = {"PARLEY_MODEL": "gpt-4o-mini", "PARLEY_PRICES": "openai", "PARLEY_MODELS": "other"}
    with ServerProcess(work_dir / "data", **model, **chosen) as server:
        yield server


@pytest.fixture(scope="package")
def served(frontend: str, api: ServerProcess, work_dir: Path) -> Iterator[PageProcess]:
    with PageProcess(command_of(frontend), api.url, work_dir / "page.log") as process:
        yield process


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_running() as running:
        yield running


@pytest.fixture(scope="module")
def profile(browser: Browser) -> BrowserContext:
    """Shared, because the pages are big and the cache saves most of them."""
    return new_profile(browser)


@pytest.fixture
def open_tab(browser: Browser, profile: BrowserContext) -> Iterator[OpenTab]:
    """`open_tab(url, **profile)`; in the end no tab may have left the machine or had an error."""
    tabs: list[Tab] = []

    def opened(url: str, **options: Any) -> Tab:
        tabs.append(Tab(new_profile(browser, **options) if options else profile, url))
        return tabs[-1]

    yield opened
    for tab in tabs:
        tab.page.close()
    assert [tab.outside for tab in tabs if tab.outside] == []
    assert [tab.errors for tab in tabs if tab.errors] == []


@pytest.fixture
def tab(open_tab: OpenTab, served: PageProcess, upstream: FakeUpstream) -> Tab:
    return open_tab(served.url)


@pytest.fixture
def screen(tab: Tab) -> Screen:
    """The page, ready for a question."""
    screen = Screen(tab.page)
    screen.wait_until_ready()
    return screen
