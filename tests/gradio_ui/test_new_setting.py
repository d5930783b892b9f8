"""A backend engineer adds a setting; nobody touches the page."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from conformance.serving import PageProcess
from tests.pages.fixtures import OpenTab, command_of
from tests.pages.screen import Screen
from tests.servers import ServerProcess
from tests.upstream import FakeUpstream

ROOT = Path(__file__).parents[2]
BEFORE = "    max_tokens: int | None = strawberry.field("
FIELD = """    top_p: float | None = strawberry.field(
        default=None,
        description="Share of the likeliest words to choose from.",
        directives=[
            Range(min=0, max=1, step=0.05),
            ControlHint(kind=ControlKind.SLIDER, label="Top P", order=25),
        ],
    )
"""


def copy_with_setting(folder: Path) -> None:
    """The backend and the clients with one field more, and what is generated from it."""
    built = shutil.ignore_patterns("node_modules", "static", "__pycache__", "graphiql")
    for package in ("api", "clients"):
        shutil.copytree(ROOT / package, folder / package, ignore=built)
    types = folder / "api" / "contract" / "types.py"
    source = types.read_text()
    assert source.count(BEFORE) == 1
    types.write_text(source.replace(BEFORE, FIELD + BEFORE))
    schema = subprocess.run(
        [sys.executable, "-m", "api", "schema"], cwd=folder, capture_output=True, check=True
    )
    (folder / "schema.graphql").write_bytes(schema.stdout)
    subprocess.run([sys.executable, "-m", "clients.codegen"], cwd=folder, check=True)


def test_a_new_setting_appears_in_the_page_and_reaches_the_model(
    frontend: str,
    open_tab: OpenTab,
    upstream: FakeUpstream,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copy_with_setting(tmp_path)
    monkeypatch.setenv("PYTHONSAFEPATH", "1")  # or the folder that they start in comes first
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    model = {"OPENAI_BASE_URL": upstream.base_url, "PARLEY_MODEL": "fake"}
    api = ServerProcess(tmp_path / "data", **model)
    with api, PageProcess(command_of(frontend), api.url, tmp_path / "page.log") as served:
        screen = Screen(open_tab(served.url).page)
        screen.wait_until_ready()
        expect(screen.page.get_by_text("Share of the likeliest words")).to_be_visible()
        number = screen.page.get_by_role("spinbutton", name="Top P")
        number.fill("0.85")
        number.press("Tab")
        screen.ask_and_wait("Who?")
        assert upstream.requests[0].body["top_p"] == 0.85
