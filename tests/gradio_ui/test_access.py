"""Gradio's own ways around the page: by keyboard, on a phone, light and dark."""

import pytest
from playwright.sync_api import expect

from conformance.serving import PageProcess
from conformance.windows.tabs import PHONE
from tests.pages.fixtures import OpenTab
from tests.pages.screen import Screen


def test_the_conversation_is_scrolled_by_keyboard(screen: Screen) -> None:
    for _ in range(20):
        screen.page.keyboard.press("Shift+Tab")
        if screen.log.evaluate("log => log === document.activeElement"):
            return
    pytest.fail("the conversation cannot be reached to scroll it")


def test_on_a_phone_the_settings_are_a_tap_away(open_tab: OpenTab, served: PageProcess) -> None:
    screen = Screen(open_tab(served.url, **PHONE).page)
    screen.wait_until_ready()
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
