"""How the end of a run reads on the screen: status, sentence, problem and what it used."""

from dataclasses import dataclass
from typing import Any

from clients.python import sentences
from clients.python._generated import (
    FinishReason,
    ReplayExpired,
    RunCancelled,
    RunFailed,
    RunIncomplete,
)
from clients.python.events import Ending
from clients.python.messages import Spent, Status

_STATUS_BY_FINISH: dict[FinishReason, Status] = {
    FinishReason.CANCELLED: "stopped",
    FinishReason.INCOMPLETE: "incomplete",
    FinishReason.FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A problem to show until the next question."""

    type: str
    """Name of the problem's, event's or error's type."""
    sentence: str
    retryable: bool

    def to_state(self) -> dict[str, Any]:
        return {"type": self.type, "sentence": self.sentence, "retryable": self.retryable}


def status_of(event: Ending) -> Status:
    """How the reply stands now; for types that are newer than this client, by the finish reason."""
    if isinstance(event, RunFailed):
        return "failed"
    if isinstance(event, RunIncomplete):
        return "incomplete"
    if isinstance(event, RunCancelled):
        return "stopped"
    assert event.finish_reason is not None  # what makes it an ending
    return _STATUS_BY_FINISH.get(event.finish_reason, "done")


def note_of(event: Ending, asked: str | None) -> str | None:
    """The sentences beneath the reply of the model that was asked; None where it simply ended."""
    told = [_ending_of(event), _stand_in_of(event, asked)]
    return " ".join(sentence for sentence in told if sentence) or None


def _stand_in_of(event: Ending, asked: str | None) -> str | None:
    if not event.answered_by or not asked or event.answered_by == asked:
        return None
    return sentences.stand_in_sentence(event.answered_by, asked)


def _ending_of(event: Ending) -> str | None:
    if isinstance(event, RunFailed):
        return sentences.problem_sentence(event.problem)
    if isinstance(event, RunIncomplete):
        return event.reason
    if isinstance(event, RunCancelled):
        return sentences.STOPPED
    assert event.finish_reason is not None  # what makes it an ending
    return sentences.ending_sentence(event.finish_reason)


def notice_of(event: Ending) -> Notice | None:
    """The problem to show, with whether to offer another try."""
    if isinstance(event, RunFailed):
        problem = event.problem
        return Notice(
            problem.typename, sentences.problem_sentence(problem), bool(problem.retryable)
        )
    if isinstance(event, RunIncomplete):
        return Notice(event.typename, event.reason, retryable=True)
    return None


def spent_by(event: Ending, late: bool) -> Spent | None:
    """What the run used; None where that is nothing.

    `late`: the event answers a request to follow a run that had gone further; where it has no
    figures, the run's own are unknown.
    """
    spent = Spent(event.token_usage, event.cost)
    if spent.is_something:
        return spent
    if isinstance(event, RunFailed) and isinstance(event.problem, ReplayExpired):
        return Spent(event.problem.token_usage, event.problem.cost)
    return Spent(None, None) if late else None
