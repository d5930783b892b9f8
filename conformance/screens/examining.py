"""How a page is examined: who is shut out, what does not fit, and what hostile replies achieve."""

from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Locator, Page

from conformance.screens.adapter import Adapter
from tests.browser import Tab

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FEWEST_CHECKS = 20
"""axe-core checks more than that on any page that is drawn at all."""

FOREIGN = (
    "script, img, svg, iframe, object, embed, video, audio, link, style, meta, base, form, input, "
    "math, template, details"
)
"""Elements that no reply may bring about."""

HANDLERS = """parts => parts.flatMap(part => [...part.querySelectorAll("*")])
  .flatMap(one => one.getAttributeNames()).filter(name => name.startsWith("on"))"""
LEADS = "links => links.map(link => link.protocol)"
INERT_LEADS = {"http:", "https:", "mailto:", ":", ""}


def barriers(page: Page) -> list[str]:
    """What axe-core finds by WCAG 2.2 AA and its best practices."""
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    if len(found["passes"]) < FEWEST_CHECKS:
        return [f"axe-core found next to nothing to check: {len(found['passes'])} rules"]
    return [
        f"{one['help']} ({one['id']}): {one['nodes'][0]['html'][:120]}"
        for one in found["violations"]
    ]


def misfits(page: Page, parts: dict[str, Locator]) -> list[str]:
    """Scrolling sideways, and parts that are not wholly in sight."""
    size = page.viewport_size or {"width": 0, "height": 0}
    width, wide = size["width"], page.evaluate("document.documentElement.scrollWidth")
    found = [f"the page is {wide} pixels wide on a screen of {width}"] if wide > width else []
    for name, part in parts.items():
        box = part.first.bounding_box()
        if not box:
            found.append(f"{name} is not drawn")
        elif box["x"] < 0 or box["x"] + box["width"] > width:
            found.append(f"{name} is cut off at the side")
        elif box["y"] < 0 or box["y"] + box["height"] > size["height"]:
            found.append(f"{name} is out of sight")
    return found


class Traps:
    """Notices code that ran, requests that were made, and elements that came about."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab
        self._seen = len(tab.requests)
        self._title = tab.page.title()
        tab.page.evaluate("() => { window.pwned = () => { window.isPwned = true; }; }")

    def sprung(self, log: Locator, adapter: Adapter) -> list[str]:
        """One sentence for each that was sprung. Links that say “click” are clicked."""
        for link in log.get_by_text("click").all():
            link.dispatch_event("click")
        tab, words = self._tab, log.locator(f"{adapter.message} {adapter.words}")
        fetched = [url for url in tab.requests[self._seen :] if "evil" in url]
        foreign = words.locator(FOREIGN).evaluate_all("found => found.map(one => one.outerHTML)")
        leads = set(words.locator("a[href]").evaluate_all(LEADS)) - INERT_LEADS
        signs = {
            "the model's words ran as code": tab.page.evaluate("window.isPwned === true"),
            f"the model's words raised {tab.errors[:1]}": tab.errors,
            f"the model's words changed the title to {tab.page.title()!r}": tab.page.title()
            != self._title,
            f"the model's words made the browser ask for {fetched[:1]}": fetched,
            f"the model's words became the element {str(foreign[:1])[:120]}": foreign,
            f"the model's words became links to {sorted(leads)}": leads,
            "the model's words brought event handlers along": words.evaluate_all(HANDLERS),
        }
        return [sentence for sentence, is_sprung in signs.items() if is_sprung]
