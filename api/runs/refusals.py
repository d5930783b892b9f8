"""Problems that the run service itself has, and the one event that a refused stream shows."""

import uuid
from datetime import UTC, datetime

from api.contract.events import RunFailed
from api.contract.problems import (
    IdempotencyConflict,
    InvalidInput,
    Problem,
    RunNotFound,
    ShuttingDown,
    StoreUnavailable,
)
from api.contract.types import Message, Role
from api.contract.usage import FinishReason, TokenUsage
from api.runs.log import StoreUnavailableError


def event(problem: Problem, run_id: str | None = None) -> RunFailed:
    """The only event of a stream that was refused: nothing ran, nothing is stored of it."""
    return RunFailed(
        run_id=run_id or uuid.uuid4().hex,  # type: ignore[arg-type]
        seq=0,
        at=datetime.now(UTC),
        reply=Message(role=Role.ASSISTANT, content=""),
        token_usage=TokenUsage(),
        cost=None,
        finish_reason=FinishReason.FAILED,
        problem=problem,
    )


def shutting_down() -> ShuttingDown:
    return ShuttingDown(
        reason="The server is shutting down. Try again in a moment.", retryable=True
    )


def store_unavailable(error: StoreUnavailableError) -> StoreUnavailable:
    return StoreUnavailable(
        reason="The run log cannot be used right now (disk full, read-only or locked?). "
        "Try again in a moment; the server's log tells more.",
        retryable=True,
    )


def second_run() -> InvalidInput:
    return InvalidInput(
        field="idempotencyKey",
        reason="`Last-Event-ID` resumes a stream, and without an `idempotencyKey` this request "
        "would start a second reply. Resume with `subscription run(id, after)`.",
        retryable=False,
    )


def conflict(key: str) -> IdempotencyConflict:
    return IdempotencyConflict(
        idempotency_key=key,
        reason="This idempotency key was used before with another input. Use a new key.",
        retryable=False,
    )


def not_found(run_id: str) -> RunNotFound:
    return RunNotFound(
        run_id=run_id,  # type: ignore[arg-type]
        reason="There is no run with this id, or it isn't yours.",
        retryable=False,
    )
