"""What chat pages written in Python share: a visit and its turns, messages as HTML, the serving.

A page needs `markdown-it-py` and `uvicorn` beside what the client itself needs.
"""

from pathlib import Path


def beside(module: str, name: str) -> str:
    """The text of the file `name` that lies beside a module (its `__file__`)."""
    return Path(module).with_name(name).read_text(encoding="utf-8")


CONVERSATION_CSS = beside(__file__, "conversation.css")
"""How messages, the message box and problems look."""

CONVERSATION_JS = beside(__file__, "conversation.js")
"""Functions for the browser: counting, following, copying and remembering."""
