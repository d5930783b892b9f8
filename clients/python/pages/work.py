"""Turns that go on beside a framework without asyncio, which runs its script for every click."""

import threading
from concurrent.futures import Future
from contextlib import aclosing

from clients.python.background import submit
from clients.python.pages.changes import Turn

PATIENCE_SECONDS = 0.1
"""Between two looks whether somebody has clicked, when no words come."""


class Work:
    """The turns that a visit takes. The script never interrupts them."""

    def __init__(self) -> None:
        self._news = threading.Event()
        self._turns: list[Future[None]] = []

    @property
    def going(self) -> bool:
        """True while a turn isn't over; raises what one has raised."""
        over = [turn for turn in self._turns if turn.done()]
        self._turns = [turn for turn in self._turns if turn not in over]
        for turn in over:
            turn.result()
        return bool(self._turns)

    def take(self, turn: Turn) -> None:
        """Begin the turn; returns when there is something to paint."""
        self._news.clear()
        self._turns.append(submit(self._take(turn)))
        self._news.wait()

    def wait(self) -> None:
        """Return when there is something to paint, and every now and then."""
        self._news.wait(PATIENCE_SECONDS)
        self._news.clear()

    async def _take(self, turn: Turn) -> None:
        try:
            async with aclosing(turn):
                async for _ in turn:
                    self._news.set()
        finally:
            self._news.set()
