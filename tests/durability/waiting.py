"""Waiting for what must come true, with a deadline: a test fails but never hangs."""

import asyncio
from collections.abc import Callable

DEADLINE = 60.0
"""Seconds: much, because the machine may be busy with other things."""


async def until(holds: Callable[[], object], seconds: float = DEADLINE) -> None:
    """Return once `holds()`; TimeoutError after `seconds`."""
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.01)
