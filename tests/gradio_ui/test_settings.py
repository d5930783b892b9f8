"""Settings are drawn from the contract: nothing in the page's code names one."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from clients.python import CONTROLS, Panel, PanelControl
from tests.gradio_ui.screen import Screen
from tests.upstream import FakeUpstream

SETTINGS = Panel.of().controls
SOURCES = Path(__file__).parents[2] / "clients" / "gradio_ui"


def names(control: PanelControl) -> set[str]:
    """The setting's name in the contract and in Python."""
    name = control.path.rpartition(".")[2]
    return {name, re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)} - {"model"}


@pytest.mark.parametrize("control", SETTINGS, ids=lambda control: control.path)
def test_every_setting_of_the_contract_is_drawn_with_its_help(
    screen: Screen, control: PanelControl
) -> None:
    labelled = screen.page.get_by_label(control.label, exact=False)
    expect(labelled.first).to_be_visible()
    help_text = control.description.replace("`", "")
    expect(screen.page.locator("#settings").get_by_text(help_text)).to_be_visible()


def test_the_page_names_no_setting() -> None:
    code = "".join(path.read_text() for path in SOURCES.glob("*.py"))
    named = {name for control in SETTINGS for name in names(control) if re.search(name, code)}
    assert len(CONTROLS) > len(SETTINGS) > 1
    assert named == set()


def test_settings_start_as_the_assistant_sets_them(screen: Screen) -> None:
    number = screen.page.get_by_role("spinbutton", name=re.compile("Temperature"))
    expect(number).to_have_value("0.3")


def test_what_is_set_reaches_the_model(screen: Screen, upstream: FakeUpstream) -> None:
    for label, value in (("Temperature", "1.7"), ("Longest reply", "77")):
        number = screen.page.get_by_role("spinbutton", name=re.compile(label))
        number.fill(value)
        number.press("Tab")
    screen.page.get_by_role("combobox", name="Model").click()
    screen.page.get_by_role("option", name="other").click()
    screen.ask_and_wait("Who?")
    sent = upstream.requests[0].body
    assert (sent["temperature"], sent["model"]) == (1.7, "other")
    assert 77 in (sent.get("max_tokens"), sent.get("max_completion_tokens"))


def test_what_is_set_and_the_order_survive_a_reload(screen: Screen, upstream: FakeUpstream) -> None:
    number = screen.page.get_by_role("spinbutton", name=re.compile("Temperature"))
    number.fill("1.7")
    number.press("Tab")
    screen.page.get_by_role("checkbox", name="Newest first").check()
    screen.ask_and_wait("Who?")
    screen.page.reload()
    expect(screen.replies).to_have_text("Who?")
    expect(number).to_have_value("1.7")
    expect(screen.page.get_by_role("checkbox", name="Newest first")).to_be_checked()


def test_a_value_out_of_range_is_refused_with_a_sentence(
    screen: Screen, upstream: FakeUpstream
) -> None:
    number = screen.page.get_by_role("spinbutton", name=re.compile("Temperature"))
    number.fill("7")
    screen.ask("Who?")
    screen.wait_until_idle()
    asked_with = [request.body["temperature"] for request in upstream.requests]
    # Gradio clamps when the field is left; where it doesn't, the server refuses.
    assert asked_with in ([], [2])
    if not asked_with:
        expect(screen.alert).to_contain_text("between 0 and 2")
