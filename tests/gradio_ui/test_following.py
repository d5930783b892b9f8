"""A run is a log: a reload, a second window or a lost server loses no word of it."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.gradio_ui.conftest import OpenTab, asking
from tests.gradio_ui.screen import Screen
from tests.gradio_ui.serving import PageProcess
from tests.servers import ServerProcess
from tests.upstream import FakeUpstream


def counted(count: int) -> str:
    return " ".join(f"t{i}" for i in range(count))


def test_a_reload_in_mid_answer_loses_and_doubles_no_word(
    screen: Screen, upstream: FakeUpstream
) -> None:
    gate = upstream.numbered(12, gated=True)
    screen.ask("Count")
    gate.release(4)
    expect(screen.replies).to_have_text(counted(4))
    screen.page.reload()
    expect(screen.replies).to_have_text(counted(4))
    expect(screen.questions).to_have_text("Count")
    gate.release(4)
    expect(screen.replies).to_have_text(counted(8))
    gate.open()
    screen.wait_until_idle()
    expect(screen.replies).to_have_text(counted(12))
    assert len(upstream.requests) == 1


def test_words_that_came_while_nobody_looked_are_there_afterwards(
    screen: Screen, upstream: FakeUpstream
) -> None:
    upstream.reply("Earlier.", usage={"prompt_tokens": 10, "completion_tokens": 5})
    screen.ask_and_wait("First")
    gate = upstream.numbered(12, gated=True)
    screen.ask("Count")
    gate.release(2)
    expect(screen.replies.last).to_have_text(counted(2))
    address = screen.page.url
    screen.page.goto("about:blank")
    gate.open()
    upstream.wait_until(lambda: upstream.requests[-1].finished_at is not None)
    screen.page.goto(address)
    expect(screen.replies).to_have_text(["Earlier.", counted(12)])
    expect(screen.cost).to_contain_text(re.compile(r"Session: \d+ tokens"))


def test_a_second_window_follows_the_run_and_can_stop_it(
    screen: Screen, upstream: FakeUpstream, open_tab: OpenTab, served: PageProcess
) -> None:
    gate = upstream.numbered(50, gated=True)
    screen.ask("Count")
    gate.release(3)
    expect(screen.replies).to_have_text(counted(3))
    second = Screen(open_tab(f"{served.url}?run={screen.run_id}").page)
    expect(second.questions).to_have_text("Count")
    expect(second.replies).to_have_text(counted(3))
    gate.release(2)
    for window in (screen, second):
        expect(window.replies).to_have_text(counted(5))
    second.button("Stop").click()
    upstream.wait_until(lambda: upstream.requests[0].closed_early)
    for window in (screen, second):
        window.wait_until_idle()
        expect(window.replies).to_have_text(counted(5))
        expect(window.log.get_by_text("Stopped.")).to_be_visible()


def test_the_link_beneath_a_reply_opens_it(
    screen: Screen, upstream: FakeUpstream, open_tab: OpenTab
) -> None:
    screen.ask_and_wait("Who is Robin?")
    link = screen.log.get_by_role("link", name="Link").get_attribute("href")
    second = Screen(open_tab(f"{screen.page.url.partition('?')[0]}{link}").page)
    expect(second.replies).to_have_text("Who is Robin?")
    expect(second.cost).to_have_text(screen.cost.inner_text())


def test_a_link_to_an_unknown_run_says_so_and_the_page_works(
    open_tab: OpenTab, served: PageProcess, upstream: FakeUpstream
) -> None:
    screen = Screen(open_tab(f"{served.url}?run=nowhere").page)
    screen.wait_until_ready()
    expect(screen.alert).to_contain_text("There is no run with this id")
    screen.ask_and_wait("Who?")
    expect(screen.replies).to_have_text("Who?")
    expect(screen.alert).to_be_hidden()


def test_the_page_recovers_when_the_api_comes_and_comes_back(
    open_tab: OpenTab, upstream: FakeUpstream, tmp_path: Path
) -> None:
    api = ServerProcess(tmp_path / "data", **asking(upstream))
    with PageProcess(api.url, tmp_path / "page.log") as served:
        screen = Screen(open_tab(served.url).page)
        expect(screen.alert).to_contain_text(f"The Parley API at {api.url} cannot be reached")
        with api:
            screen.wait_until_ready()
            expect(screen.alert).to_be_hidden()
            gate = upstream.numbered(50, gated=True)
            screen.ask("Count")
            gate.release(3)
            expect(screen.replies).to_have_text(counted(3))
            api.kill()
            expect(screen.alert).to_contain_text("The connection was lost. Trying again")
            api.start()
            screen.wait_until_idle()
            expect(screen.replies).to_have_text(counted(3))
            upstream.reset()
            upstream.reply("Again.")
            screen.button("Retry").click()
            expect(screen.replies).to_have_text("Again.")
