"""A page in a browser by its roles and names, as assistive technology finds them."""

import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Error, Locator

from conformance.nonconformity import Nonconformity
from conformance.screens import examining
from conformance.screens.adapter import Adapter
from conformance.screens.screen import FileKind, Message, Screen, run_together
from tests.browser import Tab

MESSAGES = """(logs, [message, words, role]) =>
  logs.flatMap(log => [...log.querySelectorAll(message)]).map(one => {
    const body = one.querySelector(words) ?? one;
    return [one.getAttribute(role), body.checkVisibility() ? body.innerText : "", body.textContent];
  })"""
USABLE = "found => found.some(one => !one.disabled && one.ariaDisabled !== 'true')"
TOLD = "found => found.map(one => one.checkVisibility() ? one.innerText : '').join(' ').trim()"
DESCRIBED = """boxes => boxes
  .flatMap(box => (box.getAttribute("aria-describedby") ?? "").split(" "))
  .map(id => document.getElementById(id)?.innerText ?? "").join(" ").trim()"""
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return "";
  const labels = [...one.labels ?? []].map(label => label.innerText).join(" ");
  const named = one.getAttribute("aria-label") || labels;
  return (named || one.innerText || one.getAttribute("title") || one.tagName).trim();
}"""
SHOWN = """text => document.body.textContent.includes(text)
  || [...document.querySelectorAll("textarea")].some(box => box.value.includes(text))"""
MOST_TABS = 80
SOON_MS = 2000


class BrowserScreen(Screen):
    """One tab."""

    NEW_LINE: ClassVar[str] = "Shift+Enter"

    def __init__(
        self, tab: Tab, adapter: Adapter, greetings: Collection[str], patience: float
    ) -> None:
        super().__init__(greetings, patience)
        self.tab = tab
        self.page = tab.page
        self.page.set_default_timeout(patience * 1000)
        self._adapter = adapter
        self._traps: examining.Traps | None = None
        self.log = self.page.locator(adapter.log)
        self._box = self.page.get_by_role("textbox", name="Message", exact=True)

    # What is seen -----------------------------------------------------------------------------

    @property
    def title(self) -> str:
        return str(self.page.get_by_role("heading", level=1).evaluate_all(TOLD))

    @property
    def text(self) -> str:
        return self.page.locator("body").inner_text()

    @property
    def drawn(self) -> list[Message]:
        return [Message(role, run_together(words)) for role, words, _ in self._messages()]

    @property
    def drawn_verbatim(self) -> list[str]:
        return [text.strip("\n") for _, _, text in self._messages()]

    def _messages(self) -> list[list[str]]:
        adapter = self._adapter
        parts = [adapter.message, adapter.words, adapter.role]
        found: list[list[str]] = self.log.evaluate_all(MESSAGES, parts)
        return found

    @property
    def draft(self) -> str:
        return self._need(self._box, "a textbox named “Message”").input_value()

    @property
    def counter(self) -> str:
        return str(self._box.evaluate_all(DESCRIBED))

    @property
    def alert(self) -> str:
        return str(self.page.get_by_role("alert").evaluate_all(TOLD))

    @property
    def cost(self) -> str:
        return str(self.page.get_by_role("status", name="Session cost").evaluate_all(TOLD))

    @property
    def run_id(self) -> str:
        return parse_qs(urlsplit(self.page.url).query).get("run", [""])[0]

    @property
    def focused(self) -> str:
        return str(self.page.evaluate(FOCUSED))

    def offers(self, action: str) -> bool:
        return bool(self._button(action).evaluate_all(USABLE))

    def is_there(self, action: str) -> bool:
        return self._button(action).count() > 0

    def leans_right(self) -> bool:
        last = self._newest(self.log.locator(f"{self._adapter.message} {self._adapter.words}"))
        return bool(last.evaluate("one => getComputedStyle(one).direction === 'rtl'"))

    # What one does ----------------------------------------------------------------------------

    def write(self, text: str) -> None:
        self._need(self._box, "a textbox named “Message”").fill(text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def do(self, action: str) -> None:
        self._need(self._button(action), f"a button named “{action}”").first.click()

    def reach(self, name: str) -> bool:
        for _ in range(MOST_TABS):
            if self.focused == name:
                return True
            self.press("Tab")
        return False

    def choose_assistant(self, name: str) -> None:
        picker = self.page.get_by_role("combobox", name="Assistant").first
        if self._need(picker, "a combobox named “Assistant”").evaluate("one => one.tagName") == (
            "SELECT"
        ):
            picker.select_option(label=name)
        else:
            option = self.page.get_by_role("option", name=name, exact=True)
            self.until(lambda: _picked(picker, option), f"“Assistant” has no option “{name}”")

    def put_newest_first(self, newest_first: bool) -> None:
        # A page that is drawn anew may show the old one and the new one for a moment.
        switch = self.page.get_by_label("Newest first").first
        self._need(switch, "a checkbox or switch named “Newest first”")
        if switch.is_checked() != newest_first:
            switch.click(force=True)

    def set_to_greatest(self, label: str) -> None:
        slider = self.page.get_by_role("slider", name=label).first
        self._need(slider, f"a slider named “{label}”").press("End")

    def downloaded(self, kind: FileKind) -> bytes:
        with self.page.expect_download() as download:
            self.do(f"Download {kind}")
        return Path(download.value.path()).read_bytes()

    def copied_reply(self) -> str:
        copy = self._newest(self.page.get_by_role("button", name="Copy message"))
        self._need(copy, "a button named “Copy message” beneath a reply")
        self.page.evaluate("navigator.clipboard.writeText('nothing')")
        copy.click()
        read = "navigator.clipboard.readText()"
        self.until(lambda: self.page.evaluate(read) != "nothing", "“Copy message” copies nothing")
        return str(self.page.evaluate(read))

    def reload(self) -> None:
        self.page.reload()

    def close(self) -> None:
        self.page.close()

    # What is examined -------------------------------------------------------------------------

    def barriers(self) -> list[str]:
        return examining.barriers(self.page)

    def misfits(self) -> list[str]:
        return examining.misfits(self.page, {"Message": self._box, "Send": self._button("Send")})

    def set_traps(self) -> None:
        self._traps = examining.Traps(self.tab)

    def intrusions(self) -> list[str]:
        assert self._traps is not None
        return self._traps.sprung(self.log, self._adapter)

    @property
    def announced(self) -> str:
        live = self.page.locator('[aria-live="polite"], [aria-live="assertive"]')
        return run_together(" ".join(live.all_inner_texts()))

    def drawn_parts(self) -> set[str]:
        last = self._newest(self.log.locator(self._adapter.message))
        drawn = {"code": last.locator("pre code"), "table": last.get_by_role("table")}
        return {name for name, part in drawn.items() if part.first.is_visible()}

    def seconds_to_paint(self, change: Callable[[], Any], shows: str) -> float:
        began = time.perf_counter()
        change()
        self.page.wait_for_function(SHOWN, arg=shows, polling="raf")
        return time.perf_counter() - began

    # How one waits ----------------------------------------------------------------------------

    def pause(self) -> None:
        self.page.wait_for_timeout(10)

    def _newest(self, parts: Locator) -> Locator:
        return parts.first if self.is_turned else parts.last

    def _button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def _need(self, part: Locator, what: str) -> Locator:
        """The part, as soon as it can be seen; a newcomer is told how it must be named."""
        try:
            part.first.wait_for(state="attached", timeout=self.patience * 1000)
        except Error:
            raise Nonconformity(f"there is no {what}") from None
        return part


def _picked(picker: Locator, option: Locator) -> bool:
    """False where the list has closed again, as it does when the page is drawn anew just then."""
    picker.click()
    try:
        option.click(timeout=SOON_MS)
    except Error:
        return False
    return True
