"""A backend engineer adds a setting; nobody touches a frontend, and all of them have it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from conformance.serving import PageProcess
from tests.frontends.terminal import at_the_terminal
from tests.pages.fixtures import OpenTab, command_of
from tests.pages.screen import Screen
from tests.servers import ServerProcess
from tests.terminal.screen import Screen as TerminalScreen
from tests.upstream import FakeUpstream

ROOT = Path(__file__).parents[2]
BUILT = Path("api", "transport", "static")
BEFORE = "    max_tokens: int | None = strawberry.field("
FIELD = """    top_p: float | None = strawberry.field(
        default=None,
        description="Share of the likeliest words to choose from.",
        directives=[Range(min=0, max=1)],
    )
"""


def copy_with_setting(folder: Path) -> None:
    """The backend and the clients with one field more, and what is generated from it.

    The pages that are built beforehand stay as they are: they are older than the setting.
    """
    built = shutil.ignore_patterns("node_modules", "static", "__pycache__", "graphiql")
    for package in ("api", "clients"):
        shutil.copytree(ROOT / package, folder / package, ignore=built)
    (folder / BUILT).symlink_to(ROOT / BUILT)
    types = folder / "api" / "contract" / "types.py"
    source = types.read_text()
    assert source.count(BEFORE) == 1
    types.write_text(source.replace(BEFORE, FIELD + BEFORE))
    schema = subprocess.run(
        [sys.executable, "-m", "api", "schema"], cwd=folder, capture_output=True, check=True
    )
    assert "topP: Float" in schema.stdout.decode()
    (folder / "schema.graphql").write_bytes(schema.stdout)
    subprocess.run([sys.executable, "-m", "clients.codegen"], cwd=folder, check=True)


@pytest.fixture(scope="module")
def newer_api(
    fake_model: FakeUpstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """The server of the copy; while it runs, every process that is started is of the copy."""
    folder = tmp_path_factory.mktemp("newer")
    copy_with_setting(folder)
    model = {"OPENAI_BASE_URL": fake_model.base_url, "PARLEY_MODEL": "fake"}
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONSAFEPATH", "1")  # or the folder that they start in comes first
        environment.setenv("PYTHONPATH", str(folder))
        with ServerProcess(folder / "data", **model) as api:
            yield api


def is_drawn_and_reaches_the_model(url: str, open_tab: OpenTab, upstream: FakeUpstream) -> None:
    screen = Screen(open_tab(url).page)
    screen.wait_until_ready()
    slider = screen.page.get_by_role("slider", name=re.compile("Top p"))
    expect(slider).to_be_visible()
    slider.press("End")
    screen.ask_and_wait("Who?")
    assert upstream.requests[0].body["top_p"] == 1


@pytest.mark.parametrize("name", ["gradio", "streamlit", "dash"])
def test_a_new_setting_is_on_the_page_and_reaches_the_model(
    name: str, newer_api: ServerProcess, open_tab: OpenTab, upstream: FakeUpstream, tmp_path: Path
) -> None:
    with PageProcess(command_of(name), newer_api.url, tmp_path / "page.log") as served:
        is_drawn_and_reaches_the_model(served.url, open_tab, upstream)


def test_a_new_setting_is_on_the_react_page_that_was_built_before_it(
    newer_api: ServerProcess, open_tab: OpenTab, upstream: FakeUpstream
) -> None:
    is_drawn_and_reaches_the_model(f"{newer_api.url}/app/", open_tab, upstream)


def test_a_new_setting_is_in_the_terminal(newer_api: ServerProcess, upstream: FakeUpstream) -> None:
    async def set_and_ask(terminal: TerminalScreen) -> None:
        assert "Top p" in terminal.text
        assert "Share of the likeliest words" in terminal.text
        (number,) = (n for n in terminal.app.query("NumberInput") if n.border_title == "Top p")
        number.focus()
        await terminal.press(*["pageup"] * 10)
        await terminal.ask_and_wait("Who?")

    at_the_terminal(set_and_ask, newer_api.url)
    assert upstream.requests[0].body["top_p"] == 1
