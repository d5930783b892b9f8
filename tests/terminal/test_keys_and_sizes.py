"""Keys, colours and windows of any size."""

import pytest

from clients.terminal.app import KEYS
from tests.servers import LiveServer
from tests.terminal.screen import Screen, ready
from tests.upstream import FakeUpstream

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_help_tells_every_key_and_closes(screen: Screen) -> None:
    await screen.press("f1")
    await screen.until(lambda: "esc closes" in screen.text)
    for key in KEYS:
        assert f"{key.key_display} " in screen.text
        assert key.tooltip in screen.text
    await screen.press("escape")
    await screen.until(lambda: "esc closes" not in screen.text)


async def test_words_go_on_coming_behind_the_help(screen: Screen, upstream: FakeUpstream) -> None:
    gate = upstream.numbered(5, gated=True)
    await screen.ask("Count")
    await screen.press("f1")
    gate.open()
    await screen.until(lambda: not screen.app.visit.transcript.busy)
    await screen.press("escape")
    await screen.until(lambda: "t0 t1 t2 t3 t4" in screen.text)


async def test_every_action_is_in_the_command_palette(screen: Screen) -> None:
    await screen.press("ctrl+p")
    await screen.until(lambda: "Search for commands" in screen.text)
    await screen.press(*"light", "enter", "enter")
    await screen.until(lambda: not screen.app.current_theme.dark)
    await screen.press("f3")
    await screen.until(lambda: screen.app.current_theme.dark)


async def test_page_keys_scroll_the_conversation_while_one_writes(
    screen: Screen, upstream: FakeUpstream
) -> None:
    upstream.reply(["\n\n".join(f"line{i}" for i in range(60))])
    await screen.ask_and_wait("Long?")
    await screen.until(lambda: "line59" in screen.text)
    screen.box.focus()
    await screen.press("pageup", "pageup")
    assert "line59" not in screen.text
    await screen.press("pagedown", "pagedown")
    await screen.until(lambda: "line59" in screen.text)
    assert screen.box.has_focus


async def test_forty_columns_are_enough(api: LiveServer, upstream: FakeUpstream) -> None:
    async with ready(api.url, size=(40, 24)) as screen:
        assert "Newest first" not in screen.text
        for shown in ("Comic Book Assistant", "Tell me about Tintin.", "0 / 50", "Send"):
            assert shown in screen.text
        gate = upstream.numbered(30, gated=True)
        await screen.ask("Count")
        gate.release(20)
        await screen.until(lambda: "t19" in screen.text)
        assert "Stop" in screen.text
        gate.open()
        await screen.until(lambda: screen.idle and "t29" in screen.text)
        assert screen.cost in screen.text
        await screen.press("f2")
        for shown in ("Assistant", "Temperature", "Newest first"):
            assert shown in screen.text
        assert "t29" not in screen.text
        await screen.press("f2")
        await screen.until(lambda: "t29" in screen.text)


async def test_no_size_is_too_small_or_too_large(screen: Screen, upstream: FakeUpstream) -> None:
    await screen.ask_and_wait("Who?")
    for size in ((1, 1), (12, 5), (200, 60)):
        await screen.pilot.resize_terminal(*size)
        await screen.press("f1", "escape", "f2", "f2")
    await screen.pilot.resize_terminal(110, 40)
    await screen.until(lambda: "Who?" in screen.text)
