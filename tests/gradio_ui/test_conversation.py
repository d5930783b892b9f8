"""What one meets in a longer conversation, beyond what holds for every page."""

from playwright.sync_api import expect

from tests.pages.fixtures import OpenTab
from tests.pages.scenarios import counted
from tests.pages.screen import Screen
from tests.upstream import FakeUpstream


def test_a_failure_that_no_waiting_cures_offers_no_retry(
    screen: Screen, upstream: FakeUpstream
) -> None:
    upstream.fault("prompt_refused", always=True)
    screen.ask("Who is Robin?")
    expect(screen.alert).to_be_visible()
    expect(screen.button("Retry")).to_be_hidden()


def test_an_empty_or_repeated_enter_sends_nothing(screen: Screen, upstream: FakeUpstream) -> None:
    screen.box.press("Enter")
    expect(screen.alert).to_contain_text("Write a question first")
    gate = upstream.numbered(3, gated=True)
    screen.ask("Count")
    screen.box.fill("Impatient")
    screen.box.press("Enter")
    expect(screen.alert).to_contain_text("Wait for the reply to end")
    gate.open()
    screen.wait_until_idle()
    expect(screen.box).to_have_value("Impatient")
    assert len(upstream.requests) == 1


def test_words_that_came_while_nobody_looked_are_there_afterwards(
    screen: Screen, upstream: FakeUpstream
) -> None:
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
    expect(screen.replies).to_have_text(["First", counted(12)])


def test_the_link_beneath_a_reply_opens_it(
    screen: Screen, upstream: FakeUpstream, open_tab: OpenTab
) -> None:
    screen.ask_and_wait("Who is Robin?")
    link = screen.log.get_by_role("link", name="Link").get_attribute("href")
    second = Screen(open_tab(f"{screen.page.url.partition('?')[0]}{link}").page)
    expect(second.replies).to_have_text("Who is Robin?")
    expect(second.cost).to_have_text(screen.cost.inner_text())


def test_a_typed_value_out_of_range_is_held_to_its_range(
    screen: Screen, upstream: FakeUpstream
) -> None:
    number = screen.page.get_by_role("spinbutton", name="Temperature")
    number.fill("7")
    number.press("Tab")
    screen.ask_and_wait("Who?")
    assert upstream.requests[0].body["temperature"] == 2


def test_a_chosen_model_answers(screen: Screen, upstream: FakeUpstream) -> None:
    screen.page.get_by_role("combobox", name="Model").click()
    screen.page.get_by_role("option", name="other").click()
    screen.ask_and_wait("Who?")
    assert upstream.requests[0].body["model"] == "other"


def test_turning_the_order_leaves_the_settings_as_they_are_set(screen: Screen) -> None:
    number = screen.page.get_by_role("spinbutton", name="Temperature")
    number.fill("1.7")
    number.press("Tab")
    screen.newest_first.check()
    screen.page.wait_for_function("() => JSON.parse(sessionStorage.parley).newestFirst")
    expect(number).to_have_value("1.7")
    screen.page.reload()
    expect(screen.newest_first).to_be_checked()
    expect(number).to_have_value("1.7")


def test_an_alert_hides_none_of_the_newest_message(screen: Screen, upstream: FakeUpstream) -> None:
    upstream.reply("word\n\n" * 40)
    screen.ask_and_wait("Fill the screen")
    upstream.fault("connection_reset", after_tokens=3)
    screen.ask("Count")
    expect(screen.button("Retry")).to_be_visible()
    expect(screen.log.get_by_role("button", name="Copy message").last).to_be_in_viewport()
    screen.page.wait_for_function(
        "() => { const log = document.querySelector('#conversation');"
        " return log.scrollHeight - log.scrollTop - log.clientHeight < 2; }"
    )
