"""The conformance kit's scenarios on the page of a folder's tests; `make conformance` plays all of
them on all frontends.
"""

from collections.abc import Callable, Iterator, Sequence
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

ALL = [id for id in SCENARIOS if id != "C24"]
"""All but the one that takes long."""

CORE = ["C01", "C03", "C04", "C10", "C12", "C15", "C17", "C18", "C19", "C20", "C21", "C25", "C33"]
"""Where the frameworks differ most: for pages that otherwise share their parts with the others."""


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


def conforms(ids: Sequence[str]) -> Callable[[Stage, str], None]:
    """A test that plays these scenarios."""

    @pytest.mark.parametrize("id", ids)
    def test(stage: Stage, id: str) -> None:
        outcome = play(stage, SCENARIOS[id])
        assert outcome.sentence == "", SCENARIOS[id].title

    return test
