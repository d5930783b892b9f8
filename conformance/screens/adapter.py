"""What of a page must be shown to the kit, because roles and names alone don't tell it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Adapter:
    """Where a page keeps its messages; all else is found by role and name."""

    log: str = 'role=log[name="Conversation"]'
    """Playwright's selector of the conversation."""
    message: str = "[data-role]"
    """CSS selector of one message in it, the greeting included."""
    words: str = ".body"
    """CSS selector of what was said, within the message."""
    role: str = "data-role"
    """Attribute of the message that says `user` or `assistant`."""
