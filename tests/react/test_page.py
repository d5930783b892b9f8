"""What the React page has of its own: weight, policy, colours, phones, and an API that restarts."""

import re
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from clients.python import Panel
from tests.browser import Tab
from tests.pages.fixtures import OpenTab
from tests.pages.payloads import PAYLOADS
from tests.pages.screen import Screen
from tests.react.conftest import ServedPage
from tests.servers import ServerProcess
from tests.upstream import FakeUpstream

SOURCE = Path(__file__).parents[2] / "clients" / "react" / "src"
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RICH = """# A heading

A **word**, `code`, [a link](https://a.example), [a dead one](javascript:x).

```python
x = 1
```

| a | b |
|---|---|
| 1 | 2 |

"""
PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
MOST_BYTES = 250_000


def violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"]]


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_meets_wcag_2_2_aa(
    scheme: str, open_tab: OpenTab, served: ServedPage, upstream: FakeUpstream
) -> None:
    screen = Screen(open_tab(served.url, color_scheme=scheme).page)
    screen.wait_until_ready()
    assert violations(screen.page) == []
    gate = upstream.reply([RICH, " More."], gated=True)
    screen.ask("Who?")
    gate.release(1)
    expect(screen.replies).to_contain_text("A word")
    assert violations(screen.page) == []
    gate.open()
    screen.wait_until_idle()
    upstream.fault("server_error", always=True)
    screen.ask_and_wait("And now?")
    expect(screen.button("Retry")).to_be_visible()
    screen.box.fill("x" * 51)
    assert violations(screen.page) == []


def test_light_and_dark_can_be_chosen_and_are_kept(open_tab: OpenTab, served: ServedPage) -> None:
    screen = Screen(open_tab(served.url, color_scheme="dark").page)
    back = "getComputedStyle(document.body).backgroundColor"
    assert screen.page.evaluate(back) == "rgb(15, 17, 23)"
    screen.button("Light or dark").click()
    screen.page.reload()
    screen.wait_until_ready()
    assert screen.page.evaluate(back) == "rgb(255, 255, 255)"


def test_the_keyboard_alone_is_enough(screen: Screen, upstream: FakeUpstream) -> None:
    keyboard = screen.page.keyboard
    expect(screen.box).to_be_focused()
    gate = upstream.numbered(50, gated=True)
    keyboard.type("Count")
    keyboard.press("Shift+Enter")
    keyboard.type("to ten")
    keyboard.press("Enter")
    gate.release(2)
    expect(screen.questions).to_have_text("Count\nto ten")
    expect(screen.replies).to_have_text("t0 t1")
    keyboard.press("Tab")
    expect(screen.button("Stop")).to_be_focused()
    keyboard.press("Enter")
    screen.wait_until_idle()
    expect(screen.box).to_be_focused()
    for _ in range(3):  # its link, another reply, a copy
        keyboard.press("Shift+Tab")
    expect(screen.button("Copy message").last).to_be_focused()


def test_a_whole_reply_is_announced_once_and_not_word_by_word(
    screen: Screen, upstream: FakeUpstream
) -> None:
    gate = upstream.reply(["A **bold**", " word."], gated=True)
    screen.ask("Who?")
    gate.release(1)
    announced = screen.page.locator('[aria-live="polite"]')
    expect(announced).to_have_text("The reply is being written.")
    gate.open()
    expect(announced).to_have_text("A bold word.")
    expect(screen.log).to_have_attribute("aria-live", "off")


def test_a_phone_shows_everything_without_scrolling_sideways(
    open_tab: OpenTab, served: ServedPage, upstream: FakeUpstream
) -> None:
    screen = Screen(open_tab(served.url, **PHONE).page)
    screen.wait_until_ready()
    upstream.reply(["| A wide table | with | many | columns | in it |\n|-|-|-|-|-|\n|1|2|3|4|5|"])
    screen.button("Who created Spider-Man?").tap()
    expect(screen.replies.get_by_role("table")).to_be_visible()
    screen.wait_until_idle()
    assert screen.page.evaluate("document.documentElement.scrollWidth") == 390
    expect(screen.box).to_be_in_viewport(ratio=1)
    expect(screen.button("Send")).to_be_in_viewport(ratio=1)
    assert violations(screen.page) == []
    screen.button("Settings").tap()
    expect(screen.page.get_by_role("combobox", name="Assistant")).to_be_in_viewport(ratio=1)
    assert violations(screen.page) == []


def test_hostile_replies_run_nothing_and_fetch_nothing(
    screen: Screen, tab: Tab, upstream: FakeUpstream
) -> None:
    tab.page.evaluate("() => { window.pwned = () => { window.isPwned = true; }; }")
    asked_before = len(tab.requests)
    upstream.reply([f"{payload}\n\n" for payload in PAYLOADS])
    screen.ask_and_wait("<img src=x onerror=pwned()>")
    expect(screen.questions).to_have_text("<img src=x onerror=pwned()>")
    for link in screen.log.get_by_text("click").all():
        link.dispatch_event("click")
    reply = screen.replies
    assert reply.locator("script, img, svg, iframe, object, embed, video, style, form").count() == 0
    schemes = reply.locator("a").evaluate_all("links => links.map(link => link.protocol)")
    assert set(schemes) <= {"http:", "https:", "mailto:"}
    assert tab.page.evaluate("window.isPwned") is None
    assert [url for url in tab.requests[asked_before:] if not url.endswith("/graphql")] == []


def test_the_page_recovers_when_the_api_comes_back(
    open_tab: OpenTab, upstream: FakeUpstream, tmp_path: Path
) -> None:
    model = {"OPENAI_BASE_URL": upstream.base_url, "PARLEY_MODEL": "fake"}
    with ServerProcess(tmp_path / "data", **model) as api:
        screen = Screen(open_tab(f"{api.url}/app/").page)
        screen.wait_until_ready()
        gate = upstream.numbered(50, gated=True)
        screen.ask("Count")
        gate.release(3)
        expect(screen.replies).to_have_text("t0 t1 t2")
        api.kill()
        expect(screen.alert).to_contain_text("The connection was lost. Trying again")
        api.start()
        screen.wait_until_idle()
        expect(screen.replies).to_have_text("t0 t1 t2")
        upstream.reset()
        upstream.reply("Again.")
        screen.button("Retry").click()
        expect(screen.replies).to_have_text("Again.")
        expect(screen.alert).to_be_hidden()
