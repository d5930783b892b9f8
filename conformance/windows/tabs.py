"""Opens a page in tabs of one browser."""

from collections.abc import Collection
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from conformance.screens.adapter import Adapter
from conformance.screens.browser import BrowserScreen
from tests.browser import Tab, new_profile

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 780},
    "has_touch": True,
    "is_mobile": True,
}


class Tabs:
    """Tabs of one kind share a profile, because pages are big and its cache saves most of them.

    A `script` runs in each tab before the page's own: it breaks the page in order to test the kit.
    """

    def __init__(
        self, browser: Browser, url: str, adapter: Adapter, patience: float, script: str = ""
    ) -> None:
        self.patience = patience
        self.browser = browser
        self._url = url
        self._adapter = adapter
        self._script = script
        self._profiles: dict[tuple[bool, bool], BrowserContext] = {}
        self._tabs: list[Tab] = []

    def anew(self, script: str = "", patience: float | None = None) -> "Tabs":
        """The same page with empty profiles, and broken by the script if there is one."""
        return Tabs(self.browser, self._url, self._adapter, patience or self.patience, script)

    def open(self, greetings: Collection[str], run: str, dark: bool, phone: bool) -> BrowserScreen:
        url = f"{self._url}?run={run}" if run else self._url
        tab = Tab(self._profile(dark, phone), url)
        self._tabs.append(tab)
        return BrowserScreen(tab, self._adapter, greetings, self.patience)

    @property
    def outside(self) -> list[str]:
        return [url for tab in self._tabs for url in tab.outside]

    @property
    def errors(self) -> list[str]:
        open_ones = [tab for tab in self._tabs if not tab.page.is_closed()]
        return [error for tab in open_ones for error in tab.errors]

    def _profile(self, dark: bool, phone: bool) -> BrowserContext:
        if (dark, phone) not in self._profiles:
            options = {**PHONE} if phone else {}
            scheme = "dark" if dark else "light"
            profile = new_profile(
                self.browser, color_scheme=scheme, bypass_csp=bool(self._script), **options
            )
            if self._script:
                profile.add_init_script(self._script)
            self._profiles[dark, phone] = profile
        return self._profiles[dark, phone]
