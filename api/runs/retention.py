"""What is erased when a run's retention passes: its texts; its figures stay."""

from dataclasses import replace

from api.contract.events import AnyTerminalEvent


def without_text(ending: AnyTerminalEvent) -> AnyTerminalEvent:
    """The terminal event with an empty reply: status, usage, cost and times remain."""
    return replace(ending, reply=replace(ending.reply, content=""))
