"""What of a conversation is sent with the next question."""

from collections.abc import Sequence

from clients.python._generated import LENGTH_LIMITS, MessageInput, Role
from clients.python.messages import ChatMessage
from clients.python.questions import MESSAGE_LIMIT

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}

ENTRY_LIMIT = LENGTH_LIMITS.get("history")
"""Messages that a history may have; None where the contract doesn't say."""


def history_of(messages: Sequence[ChatMessage]) -> list[MessageInput]:
    """The conversation for the model, oldest first; a reply that is awaited isn't part of it.

    A question that got no text for an answer is left out with it; a reply that was stopped or cut
    counts with what came. Replies are cut to the length, and the oldest messages left out, that
    the contract allows.
    """
    kept: list[ChatMessage] = []
    for message in messages:
        if message.status == "streaming":
            continue
        if message.role == "user" or message.content:
            kept.append(message)
        elif kept and kept[-1].role == "user":
            kept.pop()
    sent = kept if ENTRY_LIMIT is None else _last(kept, ENTRY_LIMIT)
    return [MessageInput(role=_ROLES[m.role], content=m.content[:MESSAGE_LIMIT]) for m in sent]


def _last(messages: list[ChatMessage], limit: int) -> list[ChatMessage]:
    """The most recent ones that fit, from a question on."""
    recent = messages[-limit:]
    if len(messages) == len(recent):
        return recent
    while recent and recent[0].role == "assistant":
        recent = recent[1:]
    return recent
