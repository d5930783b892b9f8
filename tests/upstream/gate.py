"""A gate that holds a scripted reply until a test lets the next step go."""

import asyncio


class Gate:
    """Each token of a gated reply needs one permit, and so does its ending.

    Callable from any thread. Permits given before the request arrives are kept.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._permits = asyncio.Semaphore(0)
        self._opened = asyncio.Event()

    def release(self, steps: int = 1) -> None:
        """Let the next `steps` go: tokens, and after the last token the ending."""
        for _ in range(steps):
            self._loop.call_soon_threadsafe(self._permits.release)

    def open(self) -> None:
        """Let everything go from now on."""
        self._loop.call_soon_threadsafe(self._opened.set)
        self.release()

    async def step(self) -> None:
        if not self._opened.is_set():
            await self._permits.acquire()
