"""What the React page has of its own: weight, policy, colours, and its settings on a phone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from clients.python import Panel
from conformance.windows.tabs import PHONE
from tests.pages.fixtures import OpenTab
from tests.pages.screen import Screen
from tests.react.conftest import ServedPage
from tests.servers import ServerProcess

SOURCE = Path(__file__).parents[2] / "clients" / "react" / "src"
MOST_BYTES = 250_000


def test_the_page_is_light_and_is_fetched_once(open_tab: OpenTab, served: ServedPage) -> None:
    first = open_tab(served.url, locale="en")
    Screen(first.page).wait_until_ready()
    weight = first.page.evaluate(
        "performance.getEntries().reduce((sum, {transferSize = 0}) => sum + transferSize, 0)"
    )
    assert 50_000 < weight < MOST_BYTES
    assert len([url for url in first.requests if "/app/" in url]) <= 3
    first.page.reload()
    Screen(first.page).wait_until_ready()
    again = first.page.evaluate(
        "performance.getEntriesByType('resource').filter(({name, transferSize}) =>"
        " name.includes('/app/assets/') && transferSize > 0).length"
    )
    assert again == 0


def test_the_page_has_its_slash_and_its_policy(open_tab: OpenTab, api: ServerProcess) -> None:
    page = open_tab(f"{api.url}/app?run=nowhere").page
    expect(page).to_have_url(re.compile("/app/"))
    expect(page.get_by_role("alert")).to_contain_text("There is no run")
    refused = page.evaluate("""() => new Promise(resolve => {
      document.addEventListener("securitypolicyviolation", event => resolve(event.blockedURI));
      new Image().src = "http://127.0.0.1:9/x.png";
    })""")
    assert refused.startswith("http://127.0.0.1:9")
    with pytest.raises(Exception, match="TrustedHTML"):
        page.evaluate("document.body.innerHTML = '<b>x</b>'")


def test_no_source_names_a_setting() -> None:
    code = "".join(path.read_text() for path in SOURCE.iterdir())
    names = {control.path.rpartition(".")[2] for control in Panel.of().controls} - {"model"}
    assert names
    assert {name for name in names if name in code} == set()


def test_light_and_dark_can_be_chosen_and_are_kept(open_tab: OpenTab, served: ServedPage) -> None:
    screen = Screen(open_tab(served.url, color_scheme="dark").page)
    back = "getComputedStyle(document.body).backgroundColor"
    assert screen.page.evaluate(back) == "rgb(15, 17, 23)"
    screen.button("Light or dark").click()
    screen.page.reload()
    screen.wait_until_ready()
    assert screen.page.evaluate(back) == "rgb(255, 255, 255)"


def test_on_a_phone_the_settings_are_a_tap_away(open_tab: OpenTab, served: ServedPage) -> None:
    screen = Screen(open_tab(served.url, **PHONE).page)
    screen.wait_until_ready()
    screen.button("Settings").tap()
    expect(screen.page.get_by_role("combobox", name="Assistant")).to_be_in_viewport(ratio=1)
