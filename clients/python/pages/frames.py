"""How often the page is painted while events come."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable

SECONDS_PER_FRAME = 0.05
"""Faster than the eye reads; a browser that is painted for every token falls behind."""


async def frames(work: Awaitable[None], news: asyncio.Event) -> AsyncGenerator[None, None]:
    """Yields at the first news, then once for all news of each frame, and once after the work.

    Raises what the work raises. Closing it ends the work.
    """
    task = asyncio.ensure_future(work)
    task.add_done_callback(lambda _: news.set())
    try:
        while not task.done():
            await news.wait()
            news.clear()
            yield
            await asyncio.sleep(SECONDS_PER_FRAME)
        task.result()
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
