"""Problems that the run service itself has, and the one event that a refused stream shows."""

import math
import uuid
from datetime import UTC, datetime
from decimal import Decimal

from api.access.allowance import CURRENCY
from api.contract.events import RunFailed
from api.contract.problems import (
    BudgetExceeded,
    IdempotencyConflict,
    InvalidInput,
    PriceUnknown,
    Problem,
    RateLimited,
    RunNotFound,
    ShuttingDown,
    StoreUnavailable,
)
from api.contract.types import Message, Role
from api.contract.usage import FinishReason, TokenUsage
from api.runs.log import BudgetExceededError, StoreUnavailableError


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


def rates_unavailable() -> StoreUnavailable:
    return StoreUnavailable(
        reason="Requests cannot be counted right now (PARLEY_RATE_STORE). Try again in a moment.",
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


def budget_exceeded(error: BudgetExceededError) -> BudgetExceeded:
    left = max(error.budget.amount - error.spent - error.held, Decimal(0))
    resets_at = error.budget.period.bounds(datetime.now(UTC))[1]
    when = f" It is full again on {resets_at:%Y-%m-%d} at midnight UTC." if resets_at else ""
    return BudgetExceeded(
        budget=error.budget.amount,
        spent=error.spent + error.held,
        needed=error.needed,
        currency=CURRENCY,
        resets_at=resets_at,
        reason=f"The reply may cost up to {error.needed:f} {CURRENCY}, and {left:f} {CURRENCY} of "
        f"your budget are left.{when}",
        retryable=resets_at is not None,
    )


def price_unknown(model: str) -> PriceUnknown:
    return PriceUnknown(
        model=model,
        reason=f"You have a budget, and the price of {model} is unknown. Choose another model, or "
        "let the operator name the price list (PARLEY_PRICES) or give you a key without budget.",
        retryable=False,
    )


def too_often(seconds: float) -> RateLimited:
    return RateLimited(
        retry_after_seconds=seconds,
        reason=f"You ask too often. Try again in {math.ceil(seconds)} seconds.",
        retryable=True,
    )


def not_found(run_id: str) -> RunNotFound:
    return RunNotFound(
        run_id=run_id,  # type: ignore[arg-type]
        reason="There is no run with this id, or it isn't yours.",
        retryable=False,
    )
