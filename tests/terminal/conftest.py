"""One model and one API for the tests of this folder, one terminal for those of a module."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.servers import LiveServer
from tests.terminal.screen import Screen, ready
from tests.upstream import FakeUpstream


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
def api(fake_model: FakeUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(
        tmp_path_factory.mktemp("terminal"),
        openai_base_url=fake_model.base_url,
        openai_api_key="sk-test",
        model="gpt-4o-mini",
        models="other",
        prices="openai",
    ) as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened_screen(api: LiveServer) -> AsyncIterator[Screen]:
    async with ready(api.url) as screen:
        yield screen


@pytest_asyncio.fixture(loop_scope="module")
async def screen(opened_screen: Screen, upstream: FakeUpstream) -> Screen:
    """A terminal with an empty conversation. It is opened once for a module, which saves most of
    the time; a test that sets more than `clear` takes back opens its own."""
    opened_screen.app.clear_notifications()
    await opened_screen.write("")
    await opened_screen.press("ctrl+l")
    await opened_screen.until(lambda: opened_screen.idle and opened_screen.replies == [])
    return opened_screen
