"""What of the transcript is not told by the language-neutral fixtures."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from clients.python import Assistant, Role, Run, Transcript
from clients.python import history as history_module
from clients.python._generated.models import read_run
from clients.python.messages import ChatMessage
from tests.clients.screens import play

NOW = datetime(2026, 1, 2, tzinfo=UTC).isoformat()
USAGE = {
    "promptTokens": 0,
    "completionTokens": 0,
    "totalTokens": 0,
    "cachedPromptTokens": 0,
    "reasoningTokens": 0,
    "estimated": False,
}


def run(**changes: Any) -> Run:
    return read_run(
        {
            "id": "r1",
            "status": "RUNNING",
            "assistantId": "a",
            "model": "m",
            "history": [
                {"role": "USER", "content": "One?"},
                {"role": "ASSISTANT", "content": "First."},
                {"role": "USER", "content": "Two?"},
            ],
            "reply": {"role": "ASSISTANT", "content": "Sec"},
            "lastSeq": 1,
            "tokenUsage": USAGE,
            "cost": None,
            "finishReason": None,
            "createdAt": NOW,
            "endedAt": None,
            **changes,
        }
    )


def test_a_run_that_was_begun_elsewhere_is_joined_from_its_beginning() -> None:
    transcript = Transcript.joining(run())
    assert [m.content for m in transcript.messages] == ["One?", "First.", "Two?", ""]
    assert transcript.busy
    assert transcript.resume_point() == ("r1", None)


def test_an_assistant_brings_its_greeting_and_cap() -> None:
    assistant = Assistant(
        id="a",
        name="A",
        description="",
        greeting="Hello!",
        starters=[],
        question_length_limit=7,
        model="m",
        is_default=True,
        defaults=[],
    )
    transcript = Transcript.for_assistant(assistant)
    assert (transcript.greeting, transcript.remaining("abc")) == ("Hello!", 4)
    assert Transcript.joining(run(), assistant).greeting == "Hello!"


def test_a_long_conversation_is_cut_to_what_the_contract_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(history_module, "ENTRY_LIMIT", 4)
    transcript = Transcript()
    for number in range(3):
        transcript.messages += [
            ChatMessage("user", f"{number}?"),
            ChatMessage("assistant", f"{number}."),
        ]
    sent = transcript.ask("last?")
    assert sent is not None
    assert [m.content for m in sent] == ["2?", "2.", "last?"]
    assert sent[0].role == Role.USER


def test_a_reply_longer_than_a_message_may_be_is_cut_when_it_is_sent_again() -> None:
    transcript = Transcript()
    transcript.messages = [ChatMessage("user", "1?"), ChatMessage("assistant", "x" * 40_000)]
    sent = transcript.ask("2?")
    assert sent is not None
    assert [len(m.content) for m in sent] == [2, 32_768, 2]
    assert len(transcript.messages[1].content) == 40_000


def test_the_runner_of_the_fixtures_fails_where_the_screen_differs() -> None:
    """A fixture that could not fail would hold nothing together."""
    ask = {"ask": "One?", "sends": [{"role": "USER", "content": "One?"}]}
    for wrong in (
        {"expect": {"busy": False}},
        {"expect": {"messages": [{"content": "One?"}]}},
        {"expect": {"messages": [{"content": "One?"}, {"status": "done"}]}},
        {"expect": {"nonsense": 1}},
        {"typed": "x", "counter": "1 / 2"},
        {"unheard": "of"},
    ):
        with pytest.raises(AssertionError):
            play({"steps": [ask, wrong]})
    play({"steps": [ask, {"expect": {"busy": True}}]})


def test_the_state_is_json() -> None:
    transcript = Transcript.joining(run())
    state = json.loads(json.dumps(transcript.to_state()))
    assert Transcript.from_state(state) == transcript
