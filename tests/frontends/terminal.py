"""The terminal beside a browser, whose driver keeps the thread's event loop for itself."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.terminal.screen import Screen, ready

SECONDS = 120.0


def at_the_terminal(
    does: Callable[[Screen], Coroutine[Any, Any, None]], url: str, **how: Any
) -> None:
    """Open the terminal over the API at `url`, do it there, and leave."""

    async def visit() -> None:
        async with ready(url, **how) as screen:
            await does(screen)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, visit()).result(SECONDS)
