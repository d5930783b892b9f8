"""What a tab keeps for a reload, and what it makes of a text that it never wrote."""

import pytest

from clients.python import Assistant, ChatMessage, Transcript
from clients.python.pages.visit import Visit


def assistant(name: str, limit: int | None) -> Assistant:
    return Assistant(
        id=name,
        name=name.title(),
        description="",
        greeting=f"I am {name}.",
        starters=[],
        question_length_limit=limit,
        model="m",
        defaults=[],
        is_default=False,
    )


def test_what_is_saved_is_restored() -> None:
    visit = Visit(assistants=[assistant("a", 50), assistant("b", None)], newest_first=True)
    visit.choose("b")
    visit.values = {"settings.x": 0.5}
    visit.transcript.messages = [ChatMessage("user", "Hi 🦸"), ChatMessage("assistant", "Ho")]
    again = Visit()
    again.restore(visit.saved())
    assert (again.assistant_id, again.values, again.newest_first) == ("b", visit.values, True)
    assert again.transcript == visit.transcript


@pytest.mark.parametrize(
    "text", ["", "null", "7", "{}", "[1]", '{"transcript": {}}', '{"transcript": 1}', "\ud800", "{"]
)
def test_a_text_that_was_never_saved_begins_anew(text: str) -> None:
    visit = Visit()
    visit.restore(text)
    assert visit == Visit()


def test_another_assistant_brings_its_greeting_and_cap_and_drops_the_settings() -> None:
    visit = Visit(assistants=[assistant("a", 50), assistant("b", None)], values={"settings.x": 1})
    visit.transcript = Transcript("", None, [ChatMessage("user", "Hi")])
    visit.choose("b")
    assert (visit.transcript.greeting, visit.transcript.question_limit) == ("I am b.", None)
    assert (visit.values, len(visit.transcript.messages)) == ({}, 1)


def test_the_default_assistant_stands_in_for_one_that_is_gone() -> None:
    visit = Visit(assistants=[assistant("a", 50)], assistant_id="gone")
    assert visit.assistant == visit.assistants[0]
