"""Turns that go on while Streamlit runs its script again: every click restarts the script."""

import threading
from concurrent.futures import Future
from contextlib import aclosing

from clients.python.background import submit
from clients.python.pages.turns import Turn

PATIENCE_SECONDS = 0.1
"""Between two looks whether somebody has clicked, when no words come."""


class Work:
    """The turn that a visit takes, if any. It is never interrupted by the script."""

    def __init__(self) -> None:
        self._news = threading.Event()
        self._future: Future[None] | None = None

    @property
    def going(self) -> bool:
        return self._future is not None and not self._future.done()

    def take(self, turn: Turn) -> None:
        """Begin the turn; returns when there is something to paint."""
        self._news.clear()
        self._future = submit(self._take(turn))
        self._news.wait()

    def wait(self) -> None:
        """Return when there is something to paint, and every now and then."""
        self._news.wait(PATIENCE_SECONDS)
        self._news.clear()
        if self._future is not None and self._future.done():
            self._future.result()

    async def _take(self, turn: Turn) -> None:
        try:
            async with aclosing(turn):
                async for _ in turn:
                    self._news.set()
        finally:
            self._news.set()
