"""The conformance kit's scenarios, but for those that take long, on the page of a folder's tests.

`make conformance` plays all of them, on all frontends.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from conformance.frontends import FRONTENDS
from conformance.playing import play
from conformance.scenarios import SCENARIOS
from conformance.serving import PageProcess
from conformance.sockets import SocketNotes
from conformance.stage import PATIENCE, Stage
from conformance.windows.tabs import Tabs
from tests.servers import ServerProcess
from tests.upstream import FakeUpstream

LONG = {"C24"}


@pytest.fixture(scope="module")
def stage(
    frontend: str,
    fake_model: FakeUpstream,
    api: ServerProcess,
    served: PageProcess,
    browser: Browser,
    work_dir: Path,
) -> Iterator[Stage]:
    row = FRONTENDS[frontend]
    tabs = Tabs(browser, served.url, row.adapter, PATIENCE)
    fake_model.reset()
    stage = Stage(row, fake_model, api, tabs, SocketNotes(work_dir / "sockets"))
    yield stage
    stage.close()


@pytest.mark.parametrize("id", [id for id in SCENARIOS if id not in LONG])
def test_the_page_conforms(stage: Stage, id: str) -> None:
    outcome = play(stage, SCENARIOS[id])
    assert outcome.sentence == "", SCENARIOS[id].title
