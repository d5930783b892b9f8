"""The terminal's app in a thread of its own, driven by Textual's pilot from another."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from textual.pilot import Pilot
from textual.widget import Widget

from clients.terminal.app import Terminal

WIDE, PHONE = (110, 40), (40, 24)
"""Columns and rows of a window, and of a narrow one."""
DEADLINE = 60.0

Work = Callable[[], Awaitable[Any]]


class PilotedApp:
    """A running app. What is done with it is done in its own task, as Textual wants it."""

    def __init__(self, build: Callable[[], Terminal], size: tuple[int, int]) -> None:
        self.app: Terminal
        self._build = build
        self._size = size
        self._pilot: Pilot[None]
        self._loop = asyncio.new_event_loop()
        self._work: asyncio.Queue[tuple[Work, asyncio.Future[Any]] | None] = asyncio.Queue()
        self._ready = threading.Event()
        self._thread = threading.Thread(
            target=self._loop.run_until_complete, args=(self._live(),), daemon=True
        )
        self._thread.start()
        if not self._ready.wait(DEADLINE):
            raise TimeoutError("the terminal does not start")

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(strip.text for strip in self.strips)

    @property
    def strips(self) -> list[Any]:
        """The screen's lines with their styles."""
        strips: list[Any] = self.call(lambda: self.app.screen._compositor.render_strips())
        return strips

    def press(self, *keys: str) -> None:
        self._do(lambda: self._pilot.press(*keys))

    def click(self, widget: Widget | None = None, offset: tuple[int, int] = (0, 0)) -> None:
        self._do(lambda: self._pilot.click(widget, offset=offset if widget is None else (1, 0)))

    def pause(self) -> None:
        """Let it do what is due."""
        self._do(lambda: self._pilot.pause(0.01))

    def call(self, function: Callable[[], Any]) -> Any:
        """What the function returns, called in the app's task."""

        async def called() -> Any:
            return function()

        return self._do(called)

    def close(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._work.put_nowait, None)
            self._thread.join(DEADLINE)

    def _do(self, work: Work) -> Any:
        done: asyncio.Future[Any] = asyncio.Future(loop=self._loop)
        self._loop.call_soon_threadsafe(self._work.put_nowait, (work, done))
        waiting = asyncio.run_coroutine_threadsafe(_result(done), self._loop)
        return waiting.result(DEADLINE)

    async def _live(self) -> None:
        self.app = self._build()
        async with self.app.run_test(size=self._size, notifications=True) as pilot:
            self._pilot = pilot
            self._ready.set()
            while (next_one := await self._work.get()) is not None:
                work, done = next_one
                try:
                    done.set_result(await work())
                except Exception as error:
                    done.set_exception(error)  # raised where the work was asked for
            self.app.workers.cancel_all()  # as it does when it is left by its own key
            await pilot.pause()


async def _result(done: asyncio.Future[Any]) -> Any:
    return await done
