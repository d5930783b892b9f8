"""The Gradio page holds to what holds for every page."""

import pytest
from playwright.sync_api import expect

from clients.python import Panel, PanelControl
from tests.pages.scenarios import *  # noqa: F403
from tests.pages.screen import Screen


@pytest.mark.parametrize("control", Panel.of().controls, ids=lambda control: control.path)
def test_every_setting_of_the_contract_is_drawn(screen: Screen, control: PanelControl) -> None:
    # Gradio calls the two parts of a slider `number input for …` and `range slider for …`.
    expect(screen.page.get_by_label(control.label).first).to_be_visible()
    help_text = control.description.replace("`", "")
    expect(screen.page.locator("#settings").get_by_text(help_text)).to_be_visible()
