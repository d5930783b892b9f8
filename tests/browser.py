"""A headless Chromium for tests of web pages, and a record of all that a page asks for."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, expect, sync_playwright

from scripts import chromium

FLAGS = (
    "--disable-background-networking",  # or the browser itself looks its maker's hosts up
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--no-first-run",
)
TIMEOUT_MS = 30_000
"""Waiting lasts so long: enough for a busy machine, so that a test fails but never hangs."""


@contextmanager
def chromium_running() -> Iterator[Browser]:
    """A browser to open tabs in. While it runs, no other event loop can run in this thread."""
    path = chromium.find()
    if path is None:
        pytest.fail(chromium.HOW_TO_GET_IT)
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else [*FLAGS]
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


def new_profile(browser: Browser, **options: Any) -> BrowserContext:
    """A profile with empty stores; tabs of one profile share its cache."""
    profile = browser.new_context(**options)
    profile.grant_permissions(["clipboard-read", "clipboard-write"])
    profile.set_default_timeout(TIMEOUT_MS)
    return profile


class Tab:
    """One tab, and what its page asked for and complained of."""

    def __init__(self, profile: BrowserContext, url: str) -> None:
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page = profile.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", self._dismiss)
        self.page.goto(url)

    @property
    def outside(self) -> list[str]:
        """Requests that would leave this machine."""
        inside = ("127.0.0.1", "localhost", None)  # None: data: and blob:
        return [url for url in self.requests if urlsplit(url).hostname not in inside]

    def _dismiss(self, dialog: Dialog) -> None:
        self.errors.append(f"dialog: {dialog.message}")
        dialog.dismiss()
