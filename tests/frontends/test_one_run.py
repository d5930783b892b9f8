"""One run in several frontends at once."""

from playwright.sync_api import expect

from tests.frontends.terminal import at_the_terminal
from tests.pages.fixtures import OpenTab
from tests.pages.scenarios import counted
from tests.pages.screen import Screen
from tests.servers import ServerProcess
from tests.terminal.screen import Screen as TerminalScreen
from tests.upstream import FakeUpstream


def test_a_reply_begun_in_gradio_is_stopped_in_the_terminal_and_seen_stopped_in_react(
    screen: Screen, api: ServerProcess, upstream: FakeUpstream, open_tab: OpenTab
) -> None:
    gate = upstream.numbered(50, gated=True)
    screen.ask("Count")
    gate.release(3)
    expect(screen.replies).to_have_text(counted(3))
    react = Screen(open_tab(f"{api.url}/app/?run={screen.run_id}").page)
    expect(react.replies).to_have_text(counted(3))

    async def watch_and_stop(terminal: TerminalScreen) -> None:
        await terminal.until(lambda: terminal.replies == [counted(3)])
        assert terminal.conversation[1] == ("user", "Count")
        gate.release(2)
        await terminal.until(lambda: terminal.replies == [counted(5)])
        await terminal.press("escape")
        await terminal.until(lambda: terminal.idle and "Stopped." in terminal.text)

    at_the_terminal(watch_and_stop, api.url, run=screen.run_id)
    upstream.wait_until(lambda: upstream.requests[0].closed_early)
    for page in (screen, react):
        page.wait_until_idle()
        expect(page.replies).to_have_text(counted(5))
        expect(page.log.get_by_text("Stopped.")).to_be_visible()
    assert len(upstream.requests) == 1
