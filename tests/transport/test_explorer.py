"""GraphiQL in a real browser, as it was built at set-up: offline, under its content policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from api.transport.graphiql import BUNDLE
from tests.browser import Tab, chromium_running, new_profile
from tests.servers import LiveServer
from tests.upstream.server import FakeUpstream


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert (BUNDLE / "index.html").exists(), "not set up: `make test` builds it"
    with chromium_running() as browser:
        yield browser


@pytest.fixture
def tab(browser: Browser, live_server: LiveServer) -> Iterator[Tab]:
    with new_profile(browser) as profile:
        tab = Tab(profile, "about:blank")
        tab.page.on(
            "console", lambda said: tab.errors.append(said.text) if said.type == "error" else None
        )
        tab.page.goto(f"{live_server.url}/graphql")
        # The editor comes after the page is drawn; before it is there, clicks do nothing.
        expect(tab.page.locator(".graphiql-query-editor")).to_contain_text("mutation")
        yield tab


def run(tab: Tab) -> Locator:
    """Run the query that is shown; the pane where its results appear."""
    tab.page.locator(".graphiql-execute-button").click()
    return tab.page.locator(".result-window")


def test_the_explorer_runs_the_mutation_offline(tab: Tab, upstream: FakeUpstream) -> None:
    upstream.reply("Stan Lee and Steve Ditko.")
    expect(run(tab)).to_contain_text("Stan Lee and Steve Ditko.")
    assert (tab.outside, tab.errors) == ([], [])


def test_the_explorer_shows_a_stream_as_it_comes(tab: Tab, upstream: FakeUpstream) -> None:
    gate = upstream.numbered(3, gated=True)
    gate.release()
    tab.page.get_by_role("tab", name="Watch").click()
    expect(tab.page.locator(".graphiql-query-editor")).to_contain_text("subscription")
    results = run(tab)
    expect(results).to_contain_text("TextDelta")
    assert upstream.active
    gate.open()
    expect(results).to_contain_text("RunCompleted")
