"""One conversation: it begins, streams, stops, fails, is tried again, and ends as a file."""

import re

from playwright.sync_api import expect

from tests.browser import Tab
from tests.gradio_ui.screen import Screen
from tests.upstream import FakeUpstream


def test_the_first_page_greets_and_asks_nothing_of_the_outside(tab: Tab) -> None:
    screen = Screen(tab.page)
    screen.wait_until_ready()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Comic Book Assistant")
    expect(screen.greeting).to_contain_text("I am your comic book assistant")
    expect(tab.page.get_by_text("Answers come from gpt-4o-mini.")).to_be_visible()
    expect(screen.button("Who created Spider-Man?")).to_be_visible()
    assert len(tab.requests) > 10
    assert tab.outside == []
    assert tab.errors == []


def test_words_appear_before_the_model_has_finished(screen: Screen, upstream: FakeUpstream) -> None:
    gate = upstream.numbered(6, gated=True)
    screen.ask("Count to six")
    gate.release(2)
    expect(screen.replies).to_have_text("t0 t1")
    gate.release(2)
    expect(screen.replies).to_have_text("t0 t1 t2 t3")
    assert upstream.requests[0].active
    gate.open()
    screen.wait_until_idle()
    expect(screen.replies).to_have_text("t0 t1 t2 t3 t4 t5")


def test_a_starter_is_asked_with_one_click(screen: Screen, upstream: FakeUpstream) -> None:
    upstream.reply("Stan Lee and Steve Ditko.")
    screen.button("Who created Spider-Man?").click()
    expect(screen.replies).to_have_text("Stan Lee and Steve Ditko.")
    expect(screen.button("Tell me about Tintin.")).to_be_hidden()
    assert upstream.requests[0].messages[-1]["content"] == "Who created Spider-Man?"


def test_stop_disconnects_the_model_and_keeps_what_came(
    screen: Screen, upstream: FakeUpstream
) -> None:
    gate = upstream.numbered(50, gated=True)
    screen.ask("Count")
    gate.release(3)
    expect(screen.replies).to_have_text("t0 t1 t2")
    screen.button("Stop").click()
    upstream.wait_until(lambda: upstream.requests[0].closed_early)
    screen.wait_until_idle()
    expect(screen.replies).to_have_text("t0 t1 t2")
    expect(screen.log.get_by_text("Stopped.")).to_be_visible()
    assert upstream.requests[0].tokens_sent <= 4


def test_questions_are_counted_and_capped_at_fifty(screen: Screen, upstream: FakeUpstream) -> None:
    screen.box.fill("x" * 49 + "🦸")
    expect(screen.counter).to_have_text("50 / 50")
    screen.box.fill("x" * 50 + "🦸")
    expect(screen.counter).to_have_text("51 / 50")
    screen.box.press("Enter")
    expect(screen.alert).to_contain_text("51 characters; 50 are allowed")
    assert upstream.requests == []
    expect(screen.box).to_have_value("x" * 50 + "🦸")
    screen.box.fill("x" * 50)
    screen.box.press("Enter")
    expect(screen.replies).to_have_text("x" * 50)
    expect(screen.alert).to_be_hidden()
    expect(screen.counter).to_have_text("0 / 50")


def test_a_failure_is_a_sentence_and_retry_asks_again(
    screen: Screen, upstream: FakeUpstream
) -> None:
    upstream.fault("server_error", always=True)
    screen.ask("Who is Robin?")
    expect(screen.alert).to_contain_text(re.compile(r"[A-Z].{20,}\."))
    expect(screen.alert).not_to_contain_text("secret")
    upstream.reset()
    upstream.reply("Dick Grayson.")
    screen.button("Retry").click()
    expect(screen.replies).to_have_text("Dick Grayson.")
    expect(screen.alert).to_be_hidden()
    assert [turn["content"] for turn in upstream.requests[0].messages[1:]] == ["Who is Robin?"]


def test_a_failure_that_no_waiting_cures_offers_no_retry(
    screen: Screen, upstream: FakeUpstream
) -> None:
    upstream.fault("prompt_refused", always=True)
    screen.ask("Who is Robin?")
    expect(screen.alert).to_be_visible()
    expect(screen.button("Retry")).to_be_hidden()


def test_a_reply_that_is_cut_keeps_its_words_and_says_so(
    screen: Screen, upstream: FakeUpstream
) -> None:
    upstream.fault("connection_reset", after_tokens=3)
    screen.ask("Count")
    expect(screen.alert).to_be_visible()
    expect(screen.replies).to_have_text("t0 t1 t2")
    expect(screen.button("Retry")).to_be_visible()


def test_regenerate_replaces_the_reply_and_both_are_paid(
    screen: Screen, upstream: FakeUpstream
) -> None:
    upstream.reply("One.", usage={"prompt_tokens": 30, "completion_tokens": 10})
    upstream.reply("Two.", usage={"prompt_tokens": 31, "completion_tokens": 11})
    screen.ask_and_wait("Who?")
    screen.button("Regenerate").click()
    expect(screen.replies).to_have_text(["Two."])
    screen.wait_until_idle()
    expect(screen.cost).to_contain_text("82 tokens")
    assert upstream.requests[0].messages == upstream.requests[1].messages


def test_tokens_and_cost_are_exact_for_the_reply_and_the_session(
    screen: Screen, upstream: FakeUpstream
) -> None:
    # gpt-4o-mini costs $0.15 for a million input tokens and $0.60 for a million output tokens.
    upstream.reply("A.", usage={"prompt_tokens": 100, "completion_tokens": 10}, times=2)
    screen.ask_and_wait("First?")
    screen.ask_and_wait("Second?")
    expect(screen.log.get_by_text("$0.000021")).to_have_count(2)
    expect(screen.cost).to_have_text("Session: 220 tokens, cost $0.000042")


def test_clear_begins_a_new_conversation(screen: Screen, upstream: FakeUpstream) -> None:
    screen.ask_and_wait("Who is Robin?")
    assert "run=" in screen.page.url
    screen.button("Clear conversation").click()
    expect(screen.questions).to_have_count(0)
    expect(screen.greeting).to_be_visible()
    expect(screen.cost).to_have_text("")
    expect(screen.page).not_to_have_url(re.compile("run="))
    screen.ask_and_wait("And Batman?")
    assert [turn["content"] for turn in upstream.requests[-1].messages[1:]] == ["And Batman?"]


def test_clear_in_mid_answer_stops_the_model(screen: Screen, upstream: FakeUpstream) -> None:
    gate = upstream.numbered(50, gated=True)
    screen.ask("Count")
    gate.release(2)
    expect(screen.replies).to_have_text("t0 t1")
    screen.button("Clear conversation").click()
    upstream.wait_until(lambda: upstream.requests[0].closed_early)
    expect(screen.questions).to_have_count(0)
    screen.wait_until_idle()
    screen.ask_and_wait("Echo")
    expect(screen.replies).to_have_text(["Echo"])


def test_csv_and_json_hold_the_conversation_letter_by_letter(
    screen: Screen, upstream: FakeUpstream
) -> None:
    reply = 'Say "hi", then:\r\nnew line; ünï 🦸 \u202b\u05d0\u202c\n=SUM(A1)\n'
    upstream.reply([reply])
    screen.ask_and_wait("=1+1")
    said = ["Say" in row[1] and row[1] for row in screen.csv_rows()[2:]]
    rows = screen.csv_rows()
    assert rows[0] == ["role", "content"]
    assert rows[1] == ["user", "'=1+1"]  # an apostrophe keeps spreadsheets from running it
    assert [row[0] for row in rows[1:]] == ["user", "assistant"]
    assert said == [reply]
    document = screen.json_document()
    assert [m["content"] for m in document["messages"]] == ["=1+1", reply]


def test_a_reply_can_be_copied_as_it_was_written(screen: Screen, upstream: FakeUpstream) -> None:
    markdown = 'A **bold** word, `code`, and "quotes" & <tags>.'
    upstream.reply(markdown)
    screen.ask_and_wait("Who?")
    screen.log.get_by_role("button", name="Copy message").last.click()
    expect(screen.log.get_by_text("Copied")).to_be_visible()
    assert screen.page.evaluate("navigator.clipboard.readText()") == markdown


def test_newest_first_turns_the_conversation_over(screen: Screen, upstream: FakeUpstream) -> None:
    screen.ask_and_wait("One?")
    screen.page.get_by_role("checkbox", name="Newest first").check()
    messages = screen.log.locator(".body")
    expect(messages).to_have_text(["One?", "One?", re.compile("Hello!")])
    screen.ask_and_wait("Two?")
    expect(messages).to_have_text(["Two?", "Two?", "One?", "One?", re.compile("Hello!")])


def test_another_assistant_has_its_own_name_greeting_and_cap(
    screen: Screen, upstream: FakeUpstream
) -> None:
    screen.page.get_by_role("combobox", name="Assistant").click()
    screen.page.get_by_role("option", name="General Assistant").click()
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("General Assistant")
    expect(screen.greeting).to_contain_text("What can I do for you?")
    expect(screen.counter).to_have_text("")
    screen.ask_and_wait("x" * 80)
    expect(screen.replies).to_have_text("x" * 80)
    assert "helpful assistant" in upstream.requests[0].messages[0]["content"]
