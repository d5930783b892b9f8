"""The page with the model that is inside the server: real words, and the way to a better model."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from conformance.serving import PageProcess
from tests.pages.fixtures import OpenTab, command_of
from tests.pages.screen import Screen
from tests.servers import ServerProcess

pytest.importorskip("xllamacpp", reason="no build of llama.cpp for this platform")


def test_the_embedded_model_answers_in_the_page(
    frontend: str, open_tab: OpenTab, tmp_path: Path
) -> None:
    api = ServerProcess(tmp_path / "data", PARLEY_PROVIDER="embedded")
    with api, PageProcess(command_of(frontend), api.url, tmp_path / "page.log") as served:
        screen = Screen(open_tab(served.url).page)
        screen.wait_until_ready()
        expect(screen.page.get_by_text("Answers come from smollm2-135m-instruct")).to_be_visible()
        expect(screen.page.get_by_text("OPENAI_API_KEY")).to_be_visible()
        longest = screen.page.get_by_role("spinbutton", name="Longest reply")
        longest.fill("24")  # a few words are enough, also on a machine that is busy
        longest.press("Tab")
        screen.ask("Who is Batman?")
        expect(screen.button("Stop")).to_be_hidden(timeout=60_000)
        expect(screen.replies).to_contain_text(re.compile(r"\w+ \w+ \w+ \w+"))
        expect(screen.alert).to_be_hidden()
        expect(screen.cost).to_have_text(re.compile(r"Session: \d+ tokens, cost \$0\.00"))
