"""Folds a run's events: into the run's state, and into the result of `mutation chat`."""

from collections.abc import Iterable
from typing import Any, cast

from api.contract.events import (
    AnyRunEvent,
    AnyTerminalEvent,
    RunCancelled,
    RunCompleted,
    RunFailed,
    TextDelta,
)
from api.contract.problems import (
    AnyProblem,
    ReplayExpired,
    ReplyCancelled,
    ReplyIncomplete,
)
from api.contract.results import ChatReply
from api.contract.types import Message, Role, Run
from api.contract.usage import TokenUsage
from api.runs.log import RunRecord


def text_of(events: Iterable[AnyRunEvent]) -> str:
    """What the model has said in these events."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def run_state(record: RunRecord, text: str, last_seq: int) -> Run:
    """The contract's `Run`; `text` and `last_seq` tell of a run that is still going."""
    end = record.ending
    return Run(
        id=record.id,  # type: ignore[arg-type]
        status=record.status,
        assistant_id=record.assistant_id,  # type: ignore[arg-type]
        model=record.model,
        history=record.history or [],
        reply=end.reply if end else Message(role=Role.ASSISTANT, content=text),
        last_seq=end.seq if end else last_seq,
        token_usage=end.token_usage if end else TokenUsage(),
        cost=end.cost if end else None,
        finish_reason=end.finish_reason if end else None,
        answered_by=end.answered_by if end else None,
        created_at=record.created_at,
        ended_at=end.at if end else None,
    )


def expired(record: RunRecord) -> ReplayExpired:
    """What is still known of a run whose retention has passed."""
    end = record.ending
    return ReplayExpired(
        run_id=record.id,  # type: ignore[arg-type]
        status=record.status,
        ended_at=end.at if end else None,
        token_usage=end.token_usage if end else TokenUsage(),
        cost=end.cost if end else None,
        reason="This reply is past its retention and was erased. Ask the question again.",
        retryable=False,
    )


def chat_result(end: AnyTerminalEvent) -> ChatReply | AnyProblem:
    """What `mutation chat` answers for a run that ended so."""
    if isinstance(end, RunFailed):
        return cast(AnyProblem, end.problem)  # every problem that a run fails with is one of them
    known: dict[str, Any] = {
        "run_id": end.run_id,
        "reply": end.reply,
        "token_usage": end.token_usage,
        "cost": end.cost,
    }
    if isinstance(end, RunCompleted):
        return ChatReply(**known, finish_reason=end.finish_reason, answered_by=end.answered_by)
    if isinstance(end, RunCancelled):
        return ReplyCancelled(**known, reason="The reply was stopped.", retryable=True)
    return ReplyIncomplete(**known, reason=end.reason, retryable=True)
