"""Problems as JSON answers with the HTTP status that fits."""

import dataclasses
import math
from typing import Any

from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from api.contract.problems import (
    BudgetExceeded,
    ContentRefused,
    ContextExceeded,
    IdempotencyConflict,
    InputTooLong,
    InvalidInput,
    ModelTimedOut,
    ModelUnavailable,
    PriceUnknown,
    Problem,
    RateLimited,
    ReplayExpired,
    ReplyCancelled,
    ReplyIncomplete,
    RunNotFound,
    ShuttingDown,
    StoreUnavailable,
    UnknownAssistant,
    UnknownModel,
)
from api.transport.json_text import encoded
from api.transport.negotiation import JSON

STATUS: dict[type[Problem], int] = {
    InvalidInput: 422,
    InputTooLong: 422,
    ContentRefused: 422,
    ContextExceeded: 422,
    UnknownAssistant: 404,
    UnknownModel: 404,
    RunNotFound: 404,
    IdempotencyConflict: 409,
    ReplyCancelled: 409,
    ReplayExpired: 410,
    RateLimited: 429,
    BudgetExceeded: 402,
    PriceUnknown: 402,
    ReplyIncomplete: 502,
    ModelUnavailable: 503,
    StoreUnavailable: 503,
    ShuttingDown: 503,
    ModelTimedOut: 504,
}
"""HTTP status of each problem (RFC 9110, section 15)."""


class ProblemFields(BaseModel):
    """An expected failure; further fields depend on its type, as in the GraphQL contract."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Its name, for example `InputTooLong`.")
    reason: str = Field(description="What happened and what to do about it.")
    retryable: bool = Field(description="True where the same request may succeed later.")


class ProblemAnswer(BaseModel):
    problem: ProblemFields


def problem_response(problem: Problem) -> Response:
    """The answer that tells of a problem."""
    headers = {}
    if isinstance(problem, RateLimited) and problem.retry_after_seconds is not None:
        headers["retry-after"] = str(math.ceil(problem.retry_after_seconds))
    body = problem_body(type(problem).__name__, **dataclasses.asdict(problem))
    return Response(body, STATUS[type(problem)], headers, JSON)


def problem_body(kind: str, **fields: Any) -> bytes:
    """The JSON of a problem; also for a request at fault that never became a run."""
    return encoded({"problem": {"type": kind, **fields}})
