"""Settings, which the contract tells and no code of the terminal names."""

from pathlib import Path

import pytest
from textual.widgets import Input

from clients.python import Panel
from clients.terminal.settings import NumberInput, Setting
from tests.servers import LiveServer
from tests.terminal.screen import Screen, ready
from tests.upstream import FakeUpstream

pytestmark = pytest.mark.asyncio(loop_scope="module")


def numbers(screen: Screen) -> list[Input]:
    return list(screen.app.query(NumberInput))


async def test_every_setting_of_the_contract_is_drawn(screen: Screen) -> None:
    for control in Panel.of().controls:
        assert control.label in screen.text
        assert control.description.split()[0] in screen.text


async def test_no_code_of_the_terminal_names_a_setting() -> None:
    folder = Path(__file__).parents[2] / "clients" / "terminal"
    code = "".join(path.read_text() for path in folder.glob("*.*"))
    names = {control.path.rpartition(".")[2] for control in Panel.of().controls} - {"model"}
    assert names
    assert {name for name in names if name in code} == set()


async def test_what_is_set_reaches_the_model_and_what_is_left_does_not(
    api: LiveServer, upstream: FakeUpstream
) -> None:
    async with ready(api.url) as screen:
        heat, length = numbers(screen)
        assert (heat.value, length.value) == ("0.3", "512")
        heat.focus()
        await screen.press("up", "up", "pageup", "pageup")
        assert heat.value == "0.9"
        length.value = "7"
        await screen.ask_and_wait("Who?")
        body = upstream.requests[0].body
        assert (body["temperature"], body["max_tokens"]) == (0.9, 7)
        assert body["model"] == "gpt-4o-mini"
        screen.app.query(Setting).first().query_one("Select").focus()
        await screen.press("enter", "end", "enter")
        await screen.press("ctrl+r")
        await upstream.until(lambda: len(upstream.requests) == 2)
        assert upstream.requests[1].body["model"] == "other"


async def test_numbers_stay_in_their_range_and_what_is_none_is_told(
    api: LiveServer, upstream: FakeUpstream
) -> None:
    async with ready(api.url) as screen:
        heat = numbers(screen)[0]
        heat.focus()
        await screen.press(*["pagedown"] * 3)
        assert heat.value == "0"
        await screen.press(*["pageup"] * 11)
        assert heat.value == "2"
        heat.value = "-"
        await screen.write("Who?")
        await screen.press("enter")
        await screen.until(lambda: screen.alert == "Temperature takes a number.")
        assert upstream.requests == []
        assert screen.box.text == "Who?"
