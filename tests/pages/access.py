"""What holds for every page with a server of its own: it is for everybody, nothing takes it over.

A folder's test modules import these, as they do `scenarios`.
"""

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from tests.browser import Tab
from tests.pages.fixtures import OpenTab
from tests.pages.payloads import PAYLOADS
from tests.pages.screen import Screen
from tests.pages.serving import PageProcess
from tests.servers import ServerProcess
from tests.upstream import FakeUpstream

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RICH = """A **word**, `code`, [a link](https://a.example).

```python
x = 1
```

| a | b |
|---|---|
| 1 | 2 |

"""
WIDE = ["| A wide table | with | many | columns | and words |\n|-|-|-|-|-|\n|1|2|3|4|5|"]
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 780},
    "has_touch": True,
    "is_mobile": True,
}


def violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    assert len(found["passes"]) > 20
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_meets_wcag_2_2_aa(
    scheme: str, open_tab: OpenTab, served: PageProcess, upstream: FakeUpstream
) -> None:
    screen = Screen(open_tab(served.url, color_scheme=scheme).page)
    screen.wait_until_ready()
    expect(screen.button("Who created Spider-Man?")).to_be_visible()
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
    assert violations(screen.page) == []


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
    keyboard.press("Tab")
    expect(screen.button("Send")).to_be_focused()
    keyboard.press("Tab")
    expect(screen.button("Regenerate")).to_be_focused()
    keyboard.press("Enter")
    expect(screen.replies).to_have_text("Count to ten")


def test_a_whole_reply_is_announced_once_and_not_word_by_word(
    screen: Screen, upstream: FakeUpstream
) -> None:
    gate = upstream.reply(["A **bold**", " word."], gated=True)
    screen.ask("Who?")
    gate.release(1)
    live = screen.page.locator('[aria-live="polite"]')
    expect(live.filter(has_text="reply")).to_have_text("The reply is being written.")
    gate.open()
    expect(live.filter(has_text="word")).to_have_text("A bold word.")
    expect(screen.log).to_have_attribute("aria-live", "off")


def test_a_phone_shows_everything_without_scrolling_sideways(
    open_tab: OpenTab, served: PageProcess, upstream: FakeUpstream
) -> None:
    screen = Screen(open_tab(served.url, **PHONE).page)
    screen.wait_until_ready()
    upstream.reply(WIDE)
    screen.button("Who created Spider-Man?").tap()
    expect(screen.replies.get_by_role("table")).to_be_visible()
    screen.wait_until_idle()
    assert screen.page.evaluate("document.documentElement.scrollWidth") == 390
    expect(screen.box).to_be_in_viewport(ratio=1)
    expect(screen.button("Send")).to_be_in_viewport(ratio=1)


def test_hostile_replies_run_nothing_and_fetch_nothing(
    screen: Screen, tab: Tab, upstream: FakeUpstream
) -> None:
    tab.page.evaluate("() => { window.pwned = () => { window.isPwned = true; }; }")
    upstream.reply([f"{payload}\n\n" for payload in PAYLOADS])
    screen.ask_and_wait("<img src=x onerror=pwned()>")
    expect(screen.questions).to_have_text("<img src=x onerror=pwned()>")
    for link in screen.log.get_by_text("click").all():
        link.dispatch_event("click")
    assert tab.page.evaluate("window.isPwned") is None
    assert [url for url in tab.requests if "evil" in url] == []
    links = screen.log.locator("a[href]").evaluate_all("links => links.map(l => l.protocol)")
    assert set(links) <= {"http:", "https:", "mailto:"}


def test_the_browser_itself_refuses_what_the_page_should_never_fetch(screen: Screen) -> None:
    refused = screen.page.evaluate("""() => new Promise(resolve => {
      document.addEventListener("securitypolicyviolation", event => resolve(event.blockedURI));
      new Image().src = "http://127.0.0.1:9/x.png";
    })""")
    assert refused.startswith("http://127.0.0.1:9")


def test_the_page_goes_on_when_its_own_server_is_new(
    frontend: str, open_tab: OpenTab, api: ServerProcess, upstream: FakeUpstream, work_dir: Path
) -> None:
    with PageProcess(frontend, api.url, work_dir / "first.log") as first:
        screen = Screen(open_tab(first.url).page)
        screen.wait_until_ready()
        gate = upstream.numbered(12, gated=True)
        screen.ask("Count")
        gate.release(3)
        expect(screen.replies).to_have_text("t0 t1 t2")
        assert screen.run_id
    with PageProcess(frontend, api.url, work_dir / "second.log", port=first.port):
        gate.open()
        screen.wait_until_idle()
        expect(screen.replies).to_have_text(" ".join(f"t{i}" for i in range(12)))
        screen.ask_and_wait("Echo")
        assert len(upstream.requests) == 2
