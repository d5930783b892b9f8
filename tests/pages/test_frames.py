"""The page is painted for the first news at once, for further news together, and for the last."""

import asyncio
from contextlib import aclosing

import pytest

from clients.python.pages.frames import frames


async def test_news_within_a_frame_are_painted_together_and_the_last_is_never_missed() -> None:
    news, seen = asyncio.Event(), 0

    async def work() -> None:
        nonlocal seen
        for _ in range(500):
            seen += 1
            news.set()
            await asyncio.sleep(0)

    painted = [seen async for _ in frames(work(), news)]
    assert painted[0] < 500
    assert painted[-1] == 500
    assert len(painted) < 10


async def test_what_the_work_raises_reaches_the_page() -> None:
    async def work() -> None:
        raise LookupError("lost")

    with pytest.raises(LookupError, match="lost"):
        async for _ in frames(work(), asyncio.Event()):
            pass


async def test_leaving_ends_the_work() -> None:
    news, ended = asyncio.Event(), False

    async def work() -> None:
        nonlocal ended
        try:
            news.set()
            await asyncio.Event().wait()
        finally:
            ended = True

    async with aclosing(frames(work(), news)) as painted:
        async for _ in painted:
            break
    assert ended
