"""Observers hear of each run what they were promised, and nothing of its tokens."""

import pytest

from api.access.caller import Caller
from api.contract.events import AnyTerminalEvent
from api.contract.problems import StartProblem
from api.contract.types import ChatInput, MessageInput, Role
from api.providers.base import ModelRequest, Unwatched
from api.providers.errors import ModelUnavailableError
from api.runs.log import RunRecord
from api.runs.memory_log import MemoryRunLog
from api.runs.watching import Observers
from tests.runs.conftest import build

ME = Caller("me", "me")


class Notes(Unwatched):
    """An observer and watch that writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def begun(self, record: RunRecord, request: ModelRequest) -> "Notes":
        self.heard.append("begun")
        return self

    def first_text(self) -> None:
        self.heard.append("first text")

    def ended(self, end: AnyTerminalEvent | None) -> None:
        self.heard.append(type(end).__name__)

    def ended_for_another(self, record: RunRecord, end: AnyTerminalEvent) -> None:
        self.heard.append("ended for another")

    def refused(self, problem: StartProblem) -> None:
        self.heard.append(type(problem).__name__)


def asked(question: str) -> ChatInput:
    return ChatInput(history=[MessageInput(role=Role.USER, content=question)])


@pytest.mark.parametrize("words", [1, 2, 300])
async def test_observers_hear_the_same_of_a_short_reply_and_of_a_long_one(words: int) -> None:
    notes, more = Notes(), Notes()
    stage = build(MemoryRunLog(), observer=Observers(notes, more))
    stage.provider.feed_reply(*["word "] * words)
    await stage.runs.complete(asked("Who?"), ME)
    assert notes.heard == more.heard == ["begun", "first text", "RunCompleted"]


async def test_observers_hear_of_failures_and_refusals() -> None:
    notes = Notes()
    stage = build(MemoryRunLog(), observer=notes)
    stage.provider.feed(ModelUnavailableError("It is down."))
    await stage.runs.complete(asked("Who?"), ME)
    await stage.runs.complete(asked("x" * 51), ME)
    assert notes.heard == ["begun", "RunFailed", "InputTooLong"]


async def test_observers_hear_that_a_run_was_lost_to_another_process() -> None:
    notes = Notes()
    log = MemoryRunLog()
    stage = build(log, observer=notes)
    stage.provider.feed("word ")
    started = await stage.runs.start(asked("Who?"), ME)
    record = log._records[started.id]  # type: ignore[union-attr]
    log._records[record.id] = RunRecord(
        **{name: getattr(record, name) for name in RunRecord.__slots__} | {"fence": 2}
    )
    await stage.runs.check_leases()
    await stage.runs.drain(0)
    assert notes.heard[0] == "begun"
    assert notes.heard[-1] == "NoneType"
