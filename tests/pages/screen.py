"""What a person sees of a page and does with it."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect


class Screen:
    """The page by its roles and names, as assistive technology finds them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.get_by_role("textbox", name="Message", exact=True)
        self.log = page.get_by_role("log", name="Conversation")
        self.messages = self.log.locator(".body")
        self.questions = self.log.locator('[data-role="user"] .body')
        self.replies = self.log.locator(
            '[data-role="assistant"]:not([data-status="greeting"]) .body'
        )
        self.greeting = self.log.locator('[data-status="greeting"] .body')
        self.alert = page.get_by_role("alert")
        self.cost = page.get_by_role("status", name="Session cost")
        self.counter = page.locator("#counter")
        self.newest_first = page.get_by_label("Newest first")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def wait_until_ready(self) -> None:
        """Until the page has met the API, and shows who answers."""
        expect(self.greeting).to_be_visible()

    def ask(self, question: str) -> None:
        """Type it, send it, and see it among the messages."""
        asked = self.questions.count()
        self.box.fill(question)
        self.box.press("Enter")
        expect(self.questions).to_have_count(asked + 1)

    def wait_until_idle(self) -> None:
        expect(self.button("Stop")).to_be_hidden()
        expect(self.button("Send")).to_be_visible()

    def ask_and_wait(self, question: str) -> None:
        self.ask(question)
        self.wait_until_idle()

    def downloaded(self, name: str) -> bytes:
        with self.page.expect_download() as download:
            self.button(name).click()
        return Path(download.value.path()).read_bytes()

    def csv_rows(self) -> list[list[str]]:
        text = self.downloaded("Download CSV").decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline="")))

    def json_document(self) -> Any:
        return json.loads(self.downloaded("Download JSON"))

    @property
    def run_id(self) -> str:
        """The run that the page's address names."""
        expect(self.page).to_have_url(re.compile(r"[?&]run=\w+"))
        return self.page.url.partition("run=")[2].partition("&")[0]
