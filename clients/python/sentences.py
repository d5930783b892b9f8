"""The sentences that a person reads: of problems, endings and refused questions."""

import math
from typing import TypeAlias

from clients.python._generated import (
    FinishReason,
    InputTooLong,
    Problem,
    RateLimited,
    UnknownAssistant,
    UnknownCancelRunResult,
    UnknownChatResult,
    UnknownModel,
    UnknownRunResult,
    UnknownStartRunResult,
)

AnyProblem: TypeAlias = (
    Problem | UnknownCancelRunResult | UnknownChatResult | UnknownRunResult | UnknownStartRunResult
)
"""A problem, wherever it is met; what a result has of the future has a `reason`, too."""

STOPPED = "Stopped."
EMPTY_QUESTION = "Write a question first."
STILL_BUSY = "Wait for the reply to end, or stop it."
LEFT_EARLY = "The page was left before the reply began. Try again."
_NO_REASON = "Something went wrong ({typename})."

_ENDINGS = {
    FinishReason.LENGTH: "The reply reached its length limit.",
    FinishReason.CONTENT_FILTER: "A content filter ended the reply.",
}


def problem_sentence(problem: AnyProblem) -> str:
    """The problem's `reason`, with what its figures add to it.

    Types that are newer than this client have their `reason` alone.
    """
    reason = (problem.reason or _NO_REASON.format(typename=problem.typename)).strip()
    hint = _hint(problem, reason)
    return f"{reason} {hint}" if hint else reason


def ending_sentence(finish_reason: FinishReason) -> str | None:
    """What to say beneath a whole reply; None where nothing is odd about its end."""
    return _ENDINGS.get(finish_reason)


def stand_in_sentence(answered_by: str, asked: str) -> str:
    return f"Answered by {answered_by}, standing in for {asked}."


def too_long_sentence(actual: int, limit: int) -> str:
    return f"The question has {actual} characters; {limit} are allowed."


def _hint(problem: AnyProblem, reason: str) -> str | None:
    if isinstance(problem, RateLimited) and problem.retry_after_seconds is not None:
        return f"Try again in {_duration(problem.retry_after_seconds)}."
    if isinstance(problem, InputTooLong) and str(problem.limit) not in reason:
        return f"At most {problem.limit} are allowed."
    if isinstance(problem, UnknownModel | UnknownAssistant):
        missing = [name for name in problem.available if name not in reason]
        return f"There are: {', '.join(problem.available)}." if missing else None
    return None


def _duration(seconds: float) -> str:
    """Rounded up, so that who waits so long doesn't come too early."""
    whole = max(1, math.ceil(seconds))
    if whole <= 90:
        return f"{whole} second{'' if whole == 1 else 's'}"
    return f"{math.ceil(whole / 60)} minutes"
