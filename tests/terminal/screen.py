"""What a person sees in the terminal and does with it."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Static
from textual.widgets.markdown import Markdown

from clients.python import AsyncSession, Patience
from clients.terminal.app import Terminal
from clients.terminal.conversation import Conversation, MessageView
from clients.terminal.message_box import MessageBox
from tests.servers import DEADLINE

SIZE = (110, 40)
FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Screen:
    """The running app; `text` is what stands on the screen."""

    def __init__(self, app: Terminal, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def text(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    @property
    def box(self) -> MessageBox:
        return self.app.query_one(MessageBox)

    @property
    def conversation(self) -> list[tuple[str, str]]:
        """Author's role and words of each message, as they are drawn, top to bottom."""
        views = self.app.query_one(Conversation).query_children(MessageView)
        return [(view.message.role, words(view)) for view in views]

    @property
    def replies(self) -> list[str]:
        """What the assistant has said, the greeting excepted."""
        greeting = self.app.visit.transcript.greeting
        spoken = [said for role, said in self.conversation if role == "assistant"]
        return [said for said in spoken if said != greeting]

    @property
    def alert(self) -> str:
        shown = self.app.query_one("#trouble").display
        return str(self.app.query_one("#problem", Static).content) if shown else ""

    @property
    def cost(self) -> str:
        return str(self.app.query_one("#cost", Static).content)

    @property
    def idle(self) -> bool:
        return not self.app.query_one("#stop").display

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def click(self, place: str) -> None:
        await self.pilot.click(place)

    async def until(self, holds: Callable[[], Any]) -> None:
        """Wait until it holds of what is drawn."""
        end = time.monotonic() + DEADLINE
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError(f"still not so:\n{self.text}")
            await asyncio.sleep(0.01)
            await self.pilot.pause()

    async def find(self, part: str) -> None:
        """Scroll down until it is in sight. Nothing in sight may be a control character."""
        conversation = self.app.query_one(Conversation)
        while True:
            await self.pilot.pause()
            assert not FORBIDDEN.search(self.text.replace("\n", ""))
            if part in self.text:
                return
            assert conversation.scroll_y < conversation.max_scroll_y, f"{part!r} is not shown"
            conversation.scroll_relative(y=5, animate=False, immediate=True)

    async def ask(self, question: str) -> None:
        """Write it, send it, and see it among the messages."""
        await self.write(question)
        await self.press("enter")
        await self.until(lambda: ("user", question) in self.conversation and not self.box.text)

    async def ask_and_wait(self, question: str) -> None:
        await self.ask(question)
        await self.until(lambda: self.idle)

    async def write(self, text: str) -> None:
        self.box.focus()
        self.box.text = text
        await self.pilot.pause()


def words(view: MessageView) -> str:
    """The words of a message without their form; a question as it is."""
    if view.message.role == "user":
        return str(view.query_one(".said", Static).content)
    return str(view.query_one(Markdown).source)


@asynccontextmanager
async def opened(
    url: str, *, assistant: str | None = None, run: str = "", size: tuple[int, int] = SIZE
) -> AsyncIterator[Screen]:
    """The app over the API at `url`, as soon as it shows anything."""
    patience = Patience(jitter=lambda low, high: min(high, 0.05))
    app = Terminal(AsyncSession(url, patience=patience), assistant, run)
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Screen(app, pilot)
        app.workers.cancel_all()  # as it does when it is left by its own key
        await pilot.pause()


@asynccontextmanager
async def ready(url: str, **how: Any) -> AsyncIterator[Screen]:
    """The same, as soon as it has met the API and greets."""
    async with opened(url, **how) as screen:
        await screen.until(lambda: screen.conversation)
        yield screen
