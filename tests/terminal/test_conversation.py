"""A conversation in the terminal, from the greeting to the last cent."""

import pytest

from tests.servers import LiveServer
from tests.terminal.screen import Screen, ready
from tests.upstream import FakeUpstream

pytestmark = pytest.mark.asyncio(loop_scope="module")


def counted(count: int) -> str:
    return " ".join(f"t{i}" for i in range(count))


async def test_the_first_screen_greets_and_says_who_answers(screen: Screen) -> None:
    for shown in (
        "Comic Book Assistant",
        "I am your comic book assistant",
        "Answers come from gpt-4o-mini.",
        "Who created Spider-Man?",
        "0 / 50",
        "F1 Help",
    ):
        assert shown in screen.text


async def test_words_appear_before_the_model_has_finished(
    screen: Screen, upstream: FakeUpstream
) -> None:
    gate = upstream.numbered(6, gated=True)
    await screen.ask("Count to six")
    for count in (2, 4):
        gate.release(2)
        await screen.until(lambda count=count: f"{counted(count)} " in screen.text)
        assert upstream.requests[0].active
        assert "writing" in screen.text
    gate.open()
    await screen.until(lambda: screen.idle)
    assert screen.replies == [counted(6)]
    assert "writing" not in screen.text


async def test_a_starter_is_asked_with_enter(screen: Screen, upstream: FakeUpstream) -> None:
    upstream.reply("Stan Lee and Steve Ditko.")
    screen.app.query_one("#starters").focus()
    await screen.press("enter")
    await screen.until(lambda: screen.replies == ["Stan Lee and Steve Ditko."])
    assert "Tell me about Tintin." not in screen.text
    assert upstream.requests[0].messages[-1]["content"] == "Who created Spider-Man?"


@pytest.mark.parametrize("how", ["escape", "button"])
async def test_stop_disconnects_the_model_and_keeps_what_came(
    screen: Screen, upstream: FakeUpstream, how: str
) -> None:
    gate = upstream.numbered(50, gated=True)
    await screen.ask("Count")
    gate.release(3)
    await screen.until(lambda: counted(3) in screen.text)
    await (screen.press("escape") if how == "escape" else screen.click("#stop"))
    await upstream.until(lambda: upstream.requests[0].closed_early)
    await screen.until(lambda: screen.idle)
    assert screen.replies == [counted(3)]
    assert "Stopped." in screen.text
    assert upstream.requests[0].tokens_sent <= 4


async def test_questions_are_counted_and_capped_at_fifty(
    screen: Screen, upstream: FakeUpstream
) -> None:
    await screen.write("x" * 49 + "🦸")
    assert "50 / 50" in screen.text
    await screen.write("x" * 50 + "🦸")
    assert "51 / 50" in screen.text
    await screen.press("enter")
    await screen.until(lambda: "51 characters; 50 are allowed" in screen.alert)
    assert upstream.requests == []
    assert screen.box.text == "x" * 50 + "🦸"
    await screen.write("x" * 50)
    await screen.click("#send")
    await screen.until(lambda: screen.replies == ["x" * 50])
    assert screen.alert == ""


async def test_a_question_may_have_lines(screen: Screen, upstream: FakeUpstream) -> None:
    screen.box.focus()
    await screen.press("a", "ctrl+j", "b", "enter")
    await screen.until(lambda: screen.idle and screen.replies)
    assert upstream.requests[0].messages[-1]["content"] == "a\nb"


async def test_while_a_reply_comes_another_question_waits(
    screen: Screen, upstream: FakeUpstream
) -> None:
    gate = upstream.numbered(5, gated=True)
    await screen.ask("Count")
    await screen.write("And then?")
    await screen.press("enter")
    await screen.until(lambda: "Wait for the reply to end" in screen.alert)
    assert screen.box.text == "And then?"
    gate.open()
    await screen.until(lambda: screen.idle)
    assert len(upstream.requests) == 1


async def test_a_failure_is_a_sentence_and_retry_asks_again(
    screen: Screen, upstream: FakeUpstream
) -> None:
    upstream.fault("server_error", always=True)
    await screen.ask("Who is Robin?")
    await screen.until(lambda: screen.alert.endswith("."))
    upstream.reset()
    upstream.reply("Dick Grayson.")
    await screen.click("#retry")
    await screen.until(lambda: screen.replies == ["Dick Grayson."])
    assert screen.alert == ""
    assert [turn["content"] for turn in upstream.requests[0].messages[1:]] == ["Who is Robin?"]


async def test_a_reply_that_is_cut_keeps_its_words_and_says_so(
    screen: Screen, upstream: FakeUpstream
) -> None:
    upstream.fault("connection_reset", after_tokens=3)
    await screen.ask("Count")
    await screen.until(lambda: screen.alert)
    assert screen.replies == [counted(3)]
    assert "Retry" in screen.text


async def test_regenerate_replaces_the_reply_and_both_are_paid(
    screen: Screen, upstream: FakeUpstream
) -> None:
    # gpt-4o-mini costs $0.15 for a million input tokens and $0.60 for a million output tokens.
    for word in ("One.", "Two."):
        upstream.reply(word, usage={"prompt_tokens": 100, "completion_tokens": 10})
    await screen.ask_and_wait("Who?")
    await screen.press("ctrl+r")
    await screen.until(lambda: screen.idle and screen.replies == ["Two."])
    assert "110 tokens · cost $0.000021" in screen.text
    assert screen.cost == "Session: 220 tokens, cost $0.000042"
    assert upstream.requests[0].messages == upstream.requests[1].messages


async def test_clear_in_mid_answer_stops_the_model_and_begins_anew(
    screen: Screen, upstream: FakeUpstream
) -> None:
    gate = upstream.numbered(50, gated=True)
    await screen.ask("Count")
    gate.release(2)
    await screen.until(lambda: screen.replies == [counted(2)])
    await screen.press("ctrl+l")
    await upstream.until(lambda: upstream.requests[0].closed_early)
    await screen.until(lambda: screen.idle and len(screen.conversation) == 1)
    assert screen.cost == ""
    await screen.ask_and_wait("Echo")
    assert screen.replies == ["Echo"]
    assert [turn["content"] for turn in upstream.requests[-1].messages[1:]] == ["Echo"]


async def test_the_order_of_the_conversation_can_be_turned_over(
    screen: Screen, upstream: FakeUpstream
) -> None:
    await screen.press("f4")
    await screen.ask_and_wait("One?")
    await screen.ask_and_wait("Two?")
    oldest_first = ["One?", "One?", "Two?", "Two?"]
    said = [words for _, words in screen.conversation]
    assert said[:-1] == oldest_first[::-1]
    await screen.press("f4")
    await screen.until(lambda: [w for _, w in screen.conversation][1:] == oldest_first)


async def test_another_assistant_has_its_own_name_greeting_and_cap(
    api: LiveServer, upstream: FakeUpstream
) -> None:
    async with ready(api.url) as screen:
        screen.app.query_one("#assistant").focus()
        await screen.press("enter", "down", "enter")
        await screen.until(lambda: "What can I do for you?" in screen.text)
        assert "General Assistant" in screen.text
        assert "/ 50" not in screen.text
        await screen.ask_and_wait("x" * 80)
        assert screen.replies == ["x" * 80]
    assert "helpful assistant" in upstream.requests[0].messages[0]["content"]


async def test_the_assistant_can_be_named_at_the_start(
    api: LiveServer, upstream: FakeUpstream
) -> None:
    async with ready(api.url, assistant="general") as screen:
        assert "What can I do for you?" in screen.text
    async with ready(api.url, assistant="nobody") as screen:
        await screen.until(lambda: "I am your comic book assistant" in screen.text)
        assert "There is no assistant 'nobody'. There are: comic-book, general." in screen.alert
