"""Whether a question may be sent, and the counter that tells so while it is typed.

Characters are Unicode code points, as the server counts them, without spaces and newlines around.
"""

from clients.python import sentences
from clients.python._generated import LENGTH_LIMITS

MESSAGE_LIMIT = LENGTH_LIMITS["history.content"]
"""Characters that any message may have."""

_BLANKS = " \t\r\n"


def question_of(text: str) -> str:
    """What is sent of the text in the box."""
    return text.strip(_BLANKS)


def remaining(text: str, limit: int | None) -> int | None:
    """Characters that are left, negative where it is too long; None where there is no cap."""
    return None if limit is None else limit - len(question_of(text))


def counter(text: str, limit: int | None) -> str:
    """`12 / 50`; empty where there is no cap."""
    return "" if limit is None else f"{len(question_of(text))} / {limit}"


def refusal(text: str, limit: int | None) -> str | None:
    """Why the text cannot be sent, as a sentence; None where it can."""
    question = question_of(text)
    allowed = min(limit or MESSAGE_LIMIT, MESSAGE_LIMIT)
    if not question:
        return sentences.EMPTY_QUESTION
    if len(question) > allowed:
        return sentences.too_long_sentence(len(question), allowed)
    return None
