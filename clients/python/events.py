"""What a stream yields: the contract's events, and the session's own word that it reconnects."""

from dataclasses import dataclass
from typing import TypeAlias, TypeGuard

from clients.python._generated import RunEvent, TerminalEvent, UnknownRunEvent


@dataclass(frozen=True, slots=True)
class Reconnecting:
    """The connection was lost; the session tries again in a moment. Never part of a run's log."""

    run_id: str | None
    """None where the connection was lost before the run's first event came."""
    after: int
    """`seq` of the last event that came; -1 for none."""
    attempt: int
    delay_seconds: float


StreamEvent: TypeAlias = RunEvent | Reconnecting

Ending: TypeAlias = TerminalEvent | UnknownRunEvent
"""A terminal event; an unknown one counts where it carries a finish reason."""


def is_ending(event: StreamEvent) -> TypeGuard[Ending]:
    """True for the last event of a run, also where its type is newer than this client."""
    if isinstance(event, UnknownRunEvent):
        return event.finish_reason is not None
    return isinstance(event, TerminalEvent)
