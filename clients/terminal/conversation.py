"""The messages, each as a widget that is drawn anew only where it has changed."""

from asyncio import Lock

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from clients.python import ChatMessage
from clients.terminal.inert import inert
from clients.terminal.markdown import InertMarkdown

MESSAGES_SHOWN = 40
"""As many are drawn at first; hundreds, each of many widgets, would make every key slow."""


class MessageView(Vertical, can_focus=True):
    """One message: who says it, what, and how it ended."""

    BINDINGS = [  # noqa: RUF012
        Binding("c,enter", "copy", "Copy this message", key_display="c"),
        Binding("l", "copy_link", "Copy the run's link"),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    class LinkWanted(Message):
        """The person wants to show the run to somebody."""

        def __init__(self, run_id: str) -> None:
            super().__init__()
            self.run_id = run_id

    def __init__(self, message: ChatMessage, author: str) -> None:
        super().__init__(classes=message.role)
        self.message = message
        self._author = author
        self._drawn = inert(message.content)
        self._status = ""
        self._body = InertMarkdown(self._drawn)
        self._facts = Static(classes="facts")

    def compose(self) -> ComposeResult:
        yield Static(plain(self._author), classes="author")
        is_question = self.message.role == "user"
        yield Static(plain(self.message.content), classes="said") if is_question else self._body
        yield self._facts

    async def draw(self) -> None:
        """Show what has changed since the last time; the words that came are appended."""
        text, settled = inert(self.message.content), self.message.status != self._status
        if text != self._drawn or (settled and self._status):
            if text.startswith(self._drawn) and not settled:
                await self._body.append(text[len(self._drawn) :])
            else:
                await self._body.update(text)
            self._drawn = text
        if settled:
            self._status = self.message.status
            self.set_class(self._status == "streaming", "growing")
            facts = _facts(self.message)
            self._facts.update(plain(facts))
            self._facts.display = bool(facts)

    def action_copy(self) -> None:
        """What is pasted into a shell must not act on it, either: hence the inert text."""
        self.app.copy_to_clipboard(inert(self.message.content))
        self.app.notify("Copied.", timeout=2)

    def action_copy_link(self) -> None:
        if run_id := self.message.run_id:
            self.post_message(self.LinkWanted(run_id))


class Conversation(VerticalScroll, can_focus=False):
    """All messages. It follows the newest one unless the person has scrolled away."""

    def __init__(self) -> None:
        super().__init__()
        self._turn = Lock()
        self.shows_all = False

    async def draw(self, messages: list[ChatMessage], author: str, newest_first: bool) -> None:
        """Show these, top to bottom."""
        async with self._turn:  # a view must not vanish while another call draws it
            views = self._views(messages, author)
            await self.remove_children([view for view in self.children if view not in views])
            if new := [view for view in views if not view.is_attached]:
                await self.mount_all(new)
                self.follow(newest_first)
            if list(self.children) != views:
                places = {view: place for place, view in enumerate(views)}
                self.sort_children(key=lambda view: places[view])  # type: ignore[index]
                self.follow(newest_first)
            for view in views:
                await view.draw()

    def _views(self, messages: list[ChatMessage], author: str) -> list[MessageView]:
        """The widget of each message: the one that is there, or a new one."""
        there = {_key(view.message): view for view in self.query_children(MessageView)}
        names = {"user": "You", "assistant": author}
        return [there.get(_key(m)) or MessageView(m, names[m.role]) for m in messages]

    def shown(self, messages: list[ChatMessage], newest_first: bool) -> list[ChatMessage]:
        """The newest ones, unless the person wants all."""
        if self.shows_all:
            return messages
        return messages[:MESSAGES_SHOWN] if newest_first else messages[-MESSAGES_SHOWN:]

    def follow(self, newest_first: bool) -> None:
        """Show the newest message, and its words as they come."""
        self.anchor(not newest_first)
        if newest_first:
            self.scroll_home(animate=False)


def plain(text: str) -> Content:
    """The text as it is: inert, and without markup."""
    return Content(inert(text))


def _key(message: ChatMessage) -> object:
    return message.content if message.status == "greeting" else id(message)


def _facts(message: ChatMessage) -> str:
    if message.status == "streaming":
        return "writing … esc stops it"
    run = [f"run {message.run_id}"] if message.run_id else []
    return " · ".join([*message.facts, *run])
