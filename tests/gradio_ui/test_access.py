"""Everybody can use the page: by keyboard, with a screen reader, in the dark, on a phone."""

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from tests.pages.fixtures import OpenTab
from tests.pages.screen import Screen
from tests.pages.serving import PageProcess
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


def violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
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
    screen.wait_until_idle()
    for _ in range(20):
        keyboard.press("Shift+Tab")
        if screen.log.evaluate("log => log === document.activeElement"):
            return
    pytest.fail("the conversation cannot be reached to scroll it")


def test_a_whole_reply_is_announced_once_and_not_word_by_word(
    screen: Screen, upstream: FakeUpstream
) -> None:
    gate = upstream.reply(["A **bold**", " word."], gated=True)
    screen.ask("Who?")
    gate.release(1)
    announced = screen.page.locator('[aria-live="polite"]', has_text="reply")
    expect(announced).to_have_text("The reply is being written.")
    gate.open()
    expect(screen.page.locator('[aria-live="polite"]', has_text="word")).to_have_text(
        "A bold word."
    )
    expect(screen.log).to_have_attribute("aria-live", "off")


def test_a_phone_shows_everything_without_scrolling_sideways(
    open_tab: OpenTab, served: PageProcess, upstream: FakeUpstream
) -> None:
    phone = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
    screen = Screen(open_tab(served.url, **phone).page)
    screen.wait_until_ready()
    upstream.reply(
        ["| A wide table | with | many | columns | and words |\n|-|-|-|-|-|\n|1|2|3|4|5|"]
    )
    screen.button("Who created Spider-Man?").tap()
    expect(screen.replies.get_by_role("table")).to_be_visible()
    screen.wait_until_idle()
    assert screen.page.evaluate("document.documentElement.scrollWidth") == 390
    expect(screen.box).to_be_in_viewport(ratio=1)
    expect(screen.button("Send")).to_be_in_viewport(ratio=1)
    screen.button("Toggle Sidebar").tap()
    expect(screen.page.get_by_role("combobox", name="Assistant")).to_be_in_viewport(ratio=1)


def test_light_and_dark_can_be_chosen_and_are_kept(screen: Screen) -> None:
    body = screen.page.locator("body")
    assert "dark" not in (body.get_attribute("class") or "")
    screen.button("Light or dark").click()
    expect(body).to_have_class("dark")
    screen.page.reload()
    screen.wait_until_ready()
    expect(body).to_have_class("dark")
    screen.button("Light or dark").click()
