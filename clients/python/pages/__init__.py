"""What chat pages written in Python share: a visit and its turns, messages as HTML, the serving.

A page needs `markdown-it-py` and `uvicorn` beside what the client itself needs.
"""

from pathlib import Path

_HERE = Path(__file__).parent

CONVERSATION_CSS = (_HERE / "conversation.css").read_text(encoding="utf-8")
"""How messages, the message box and problems look."""

CONVERSATION_JS = (_HERE / "conversation.js").read_text(encoding="utf-8")
"""Functions for the browser: counting, following, copying and remembering."""
