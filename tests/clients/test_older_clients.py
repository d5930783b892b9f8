"""A client that was generated from an older contract works with the server of today."""

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from clients.codegen.__main__ import generated, write
from scripts.packages import copy_python_client
from tests.codegen.evolution import older_contract
from tests.servers import LiveServer
from tests.upstream.server import FakeUpstream

LATER = [
    "RunCompleted",
    "InvalidInput",
    "ContextExceeded",
    "RunNotFound",
    "FinishReason.STOP",
    "ControlKind.CHOICE",
    "RunStatus.COMPLETED",
    "Assistant.isDefault",
    "TokenUsage.reasoningTokens",
    "ChatSettings.maxTokens",
    "ChatSettings.model",
]
"""What the older contract didn't have."""


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The Python client as its package was at the time of the older contract."""
    folder = tmp_path_factory.mktemp("older")
    copy_python_client(folder, "older_client")
    files = generated(*older_contract(folder / "contract", LATER))
    renamed = {n: text.replace("clients.python", "older_client") for n, text in files.items()}
    write(renamed, folder / "older_client" / "_generated")
    sys.path.insert(0, str(folder))
    yield importlib.import_module("older_client")
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == "older_client"]:
        del sys.modules[name]


@pytest.fixture
def session(older: ModuleType, live_server: LiveServer) -> Iterator[Any]:
    with older.Session(live_server.url) as found:
        yield found


def test_the_older_client_knows_less(older: ModuleType) -> None:
    for name in ("RunCompleted", "InvalidInput"):
        assert not hasattr(older, name)
    assert not older.FinishReason("STOP").known
    assert "settings.maxTokens" not in {control.path for control in older.CONTROLS}


def test_an_older_client_chats(older: ModuleType, session: Any, upstream: FakeUpstream) -> None:
    upstream.reply("Stan Lee.", usage={"prompt_tokens": 9, "completion_tokens": 3})
    transcript = older.Transcript.for_assistant(session.assistants()[0])
    with session.stream(transcript.ask("Who?")) as events:
        seen = [event for event in events if transcript.apply(event) is None]
    assert seen[-1].typename == "RunCompleted"
    assert isinstance(seen[-1], older.UnknownRunEvent)
    assert (transcript.messages[-1].content, transcript.messages[-1].status) == (
        "Stan Lee.",
        "done",
    )
    assert (transcript.tokens_text, transcript.run_id) == ("12 tokens", seen[0].run_id)
    assert [event.seq for event in session.follow(transcript.run_id)] == [e.seq for e in seen]


def test_a_newer_problem_shows_its_sentence(older: ModuleType, session: Any) -> None:
    transcript = older.Transcript()
    settings = {"temperature": 9}
    with session.stream(transcript.ask("Who?"), settings=settings) as events:
        for event in events:
            transcript.apply(event)
    assert transcript.problem.type == "InvalidInput"
    assert "temperature" in transcript.problem.sentence
    assert session.cancel("nobody").typename == "RunNotFound"


def test_newer_controls_are_drawn_and_sent(
    older: ModuleType, session: Any, upstream: FakeUpstream
) -> None:
    upstream.reply("Short.")
    panel = older.Panel.of(session.controls(), session.assistants()[0])
    drawn = {control.path: control for control in panel.controls}
    assert drawn["settings.model"].kind == "TEXT"  # a choice is newer than this client
    settings = panel.settings({"settings.maxTokens": "7", "settings.model": "fake"})
    session.chat([older.MessageInput(role=older.Role.USER, content="Hi")], settings=settings)
    assert upstream.requests[-1].body["max_tokens"] == 7
