"""The sentences around the conversation."""

from dataclasses import dataclass

from clients.python import ChatMessage
from clients.python.pages import markup
from clients.python.pages.visit import Visit

TITLE = "Parley"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What to alert to; an empty sentence for nothing."""

    sentence: str = ""
    retryable: bool = False


def title(visit: Visit) -> str:
    """Who answers."""
    return visit.assistant.name if visit.assistant else TITLE


def about(visit: Visit) -> str:
    """What the assistant is for, and which model answers."""
    if not (assistant := visit.assistant) or not visit.health:
        return ""
    hint = visit.health.model.hint or ""
    return f"{assistant.description} Answers come from {assistant.model}. {hint}".strip()


def heading(visit: Visit) -> str:
    """Both, as HTML."""
    return markup.heading(title(visit), about(visit))


def starters(visit: Visit) -> list[str]:
    """Questions to begin with; none once the conversation has begun."""
    return [] if visit.transcript.messages or not visit.assistant else visit.assistant.starters


def trouble(visit: Visit) -> Trouble:
    """What stands in the way right now."""
    if visit.trouble:
        return Trouble(f"{visit.trouble.sentence} Trying again …")
    if notice := visit.transcript.problem:
        return Trouble(notice.sentence, notice.retryable)
    if visit.transcript.reconnecting:
        return Trouble("The connection was lost. Trying again …")
    return Trouble()


def cost(visit: Visit) -> str:
    """What the session has used; empty before it has used anything."""
    transcript = visit.transcript
    if not transcript.totals.total_tokens and not transcript.totals.unknown_usages:
        return ""
    return f"Session: {transcript.tokens_text}, cost {transcript.cost_text}"


def announcement(visit: Visit) -> str:
    """For screen readers, which would stumble over every word that is added to the conversation."""
    transcript = visit.transcript
    if transcript.busy:
        return "The reply is being written."
    last = transcript.messages[-1] if transcript.messages else None
    return markup.plain_text(last.content) if last and last.role == "assistant" else ""


def settled(visit: Visit) -> str:
    """The messages that change no more, as HTML in the order that the person chose."""
    drawn = visit.transcript.view(visit.newest_first)
    return "".join(_article(visit, message) for message in drawn if message.status != "streaming")


def growing(visit: Visit) -> str:
    """The reply that is being written, as HTML: always the newest message, if there is one."""
    return _article(visit, visit.transcript.messages[-1]) if visit.transcript.busy else ""


def _article(visit: Visit, message: ChatMessage) -> str:
    return markup.article(message, "You" if message.role == "user" else title(visit))
