"""The screen: its parts, the keys, and what they do to the visit. What is shown is decided in
`clients.python`.
"""

from collections.abc import Iterable
from contextlib import aclosing
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import Screen
from textual.widgets import Button, Checkbox, Footer, Markdown, OptionList, Select, Static, TextArea
from textual.widgets.option_list import Option

from clients.python import AsyncSession, Notice
from clients.python.pages import texts
from clients.python.pages.turns import Turn, Turns
from clients.python.pages.visit import Visit
from clients.terminal import files
from clients.terminal.conversation import Conversation, MessageView, plain
from clients.terminal.help import Help
from clients.terminal.inert import inert
from clients.terminal.message_box import MessageBox
from clients.terminal.settings import Setting
from clients.terminal.themes import DARK, LIGHT


def _key(key: str, action: str, label: str, meaning: str, shown: str) -> Binding:
    return Binding(key, action, label, key_display=shown, tooltip=meaning)


KEYS = [
    _key("f1", "help", "Help", "Show this help", "F1"),
    _key("escape", "stop", "Stop", "Stop the reply that is being written", "esc"),
    _key("f2", "settings", "Settings", "Show or hide the settings", "F2"),
    _key("ctrl+r", "again", "Regenerate", "Ask for another reply to the last question", "^R"),
    _key("ctrl+y", "copy", "Copy", "Copy the last reply", "^Y"),
    _key("ctrl+l", "clear", "Clear", "Clear the conversation and begin a new one", "^L"),
    _key("f3", "theme", "Light/dark", "Light or dark colours", "F3"),
    _key("f4", "order", "Order", "Newest or oldest message on top", "F4"),
    _key("f5", "save_csv", "CSV", "Download the conversation as CSV", "F5"),
    _key("f6", "save_json", "JSON", "Download the conversation as JSON", "F6"),
    _key("f7", "earlier", "Earlier", "Show all messages, where only the newest are", "F7"),
    _key("ctrl+q", "quit", "Quit", "Leave; a reply that is being written goes on", "^Q"),
]


class Terminal(App[None], inherit_bindings=False):
    """One conversation with the API behind the session."""

    CSS_PATH = "style.tcss"
    TITLE = texts.TITLE
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (90, "-wide")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        *KEYS,
        Binding("ctrl+c", "help_quit", show=False, system=True),
        Binding("pageup", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(1)", show=False),
    ]

    def __init__(
        self, session: AsyncSession, assistant: str | None, run: str, light: bool = False
    ) -> None:
        super().__init__()
        self.visit = Visit(assistant_id=assistant)
        self._turns = Turns(session)
        self._linked_run = run
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.theme = (LIGHT if light else DARK).name
        self._earlier = 0
        self._offered: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        with Horizontal():
            with Vertical(id="chat"):
                yield Static(id="title")
                yield Static(id="about")
                yield Static(id="earlier")
                yield Conversation()
                with Horizontal(id="trouble"):
                    yield Static(id="problem")
                    yield Button("Retry", id="retry", compact=True)
                yield OptionList(id="starters", compact=True)
                with Horizontal(id="composer"):
                    yield MessageBox()
                    yield Button("Send", id="send", variant="primary")
                    yield Button("Stop", id="stop", variant="error")
                yield Static(id="cost")
            with VerticalScroll(id="settings", can_focus=False):
                yield Select[str]([], id="assistant", prompt="…")
                yield Vertical(id="controls")
                yield Checkbox("Newest first", id="order")
        yield Footer(show_command_palette=False, compact=True)

    async def on_mount(self) -> None:
        self.query_one("#assistant").border_title = "Assistant"
        self.query_one(MessageBox).focus()
        await self.paint_everything()
        self.run_worker(self._open())

    async def _open(self) -> None:
        """Meet the API, which is asked until it answers, and follow the run to be joined."""
        visit, wanted, met = self.visit, self.visit.assistant_id, False
        async with aclosing(self._turns.open(visit, linked_run=self._linked_run)) as turn:
            async for _ in turn:
                if not met and visit.health:
                    met = True
                    self._check_assistant(wanted)
                    await self.paint_everything()
                await self.paint()

    def _check_assistant(self, wanted: str | None) -> None:
        ids = [one.id for one in self.visit.assistants]
        if wanted and wanted not in ids:
            sentence = f"There is no assistant {wanted!r}. There are: {', '.join(ids)}."
            self.visit.transcript.problem = Notice("UnknownAssistant", sentence, retryable=False)

    # What a person does -----------------------------------------------------------------------

    @on(MessageBox.Submitted)
    @on(Button.Pressed, "#send")
    def send(self) -> None:
        self._ask(self.query_one(MessageBox).text)

    @on(OptionList.OptionSelected, "#starters")
    def start(self, event: OptionList.OptionSelected) -> None:
        self._ask(texts.starters(self.visit)[event.option_index])

    @on(Button.Pressed, "#stop")
    async def action_stop(self) -> None:
        await self._turns.stop(self.visit)
        await self.paint()

    @on(Button.Pressed, "#retry")
    def action_again(self) -> None:
        self._take(self._turns.again(self.visit))

    async def action_clear(self) -> None:
        await self._turns.clear(self.visit)
        await self.paint()

    def action_copy(self) -> None:
        replies = [view for view in self.query(MessageView) if view.message.role == "assistant"]
        (replies[0] if self.visit.newest_first else replies[-1]).action_copy()

    async def action_earlier(self) -> None:
        self.query_one(Conversation).shows_all = True
        await self.paint()

    def action_save_csv(self) -> None:
        self._save("conversation.csv", self.visit.transcript.csv_file())

    def action_save_json(self) -> None:
        self._save("conversation.json", self.visit.transcript.to_json().encode())

    def action_help(self) -> None:
        self.push_screen(Help(KEYS))

    def action_theme(self) -> None:
        self.theme = (LIGHT if self.current_theme.dark else DARK).name

    def action_order(self) -> None:
        self.query_one("#order", Checkbox).toggle()

    def action_scroll(self, pages: int) -> None:
        conversation = self.query_one(Conversation)
        conversation.scroll_relative(y=pages * (conversation.size.height - 1), animate=False)

    def action_settings(self) -> None:
        """In a wide window they stand beside the conversation, in a narrow one instead of it."""
        self.screen.toggle_class("settings-toggled")
        shown = self.query_one("#settings").display
        (self.query_one("#assistant") if shown else self.query_one(MessageBox)).focus()

    @on(Checkbox.Changed, "#order")
    async def _order(self, event: Checkbox.Changed) -> None:
        self.visit.newest_first = event.value
        await self.paint()

    @on(Select.Changed, "#assistant")
    async def _choose(self, event: Select.Changed) -> None:
        assistant = self.visit.assistant
        if assistant and isinstance(event.value, str) and event.value != assistant.id:
            self.visit.choose(event.value)
            await self.paint_everything()

    @on(TextArea.Changed, "#message")
    def _count(self) -> None:
        self.query_one(MessageBox).count(self.visit.transcript)

    @on(Markdown.LinkClicked)
    def _show_address(self, event: Markdown.LinkClicked) -> None:
        self.notify(inert(event.href), title="The link leads to", markup=False)

    # How it is done ---------------------------------------------------------------------------

    def _ask(self, question: str) -> None:
        self._take(self._turns.ask(self.visit, question), question)

    def _take(self, turn: Turn, question: str | None = None) -> None:
        self.run_worker(self._paint_turn(turn, question))

    async def _paint_turn(self, turn: Turn, question: str | None) -> None:
        asked = len(self.visit.transcript.messages)
        async with aclosing(turn):
            async for _ in turn:
                box = self.query_one(MessageBox)
                if box.text == question and len(self.visit.transcript.messages) > asked:
                    box.clear()  # not before: a question that may not be sent stays
                await self.paint()

    def _save(self, name: str, content: bytes) -> None:
        try:
            path = files.save(name, content)
            self.notify(f"in {path.parent}", title=f"Saved {path.name}", markup=False)
        except OSError as error:
            self.notify(str(error), title="Not saved", severity="error", markup=False)

    # What is shown ----------------------------------------------------------------------------

    async def paint(self) -> None:
        """What changes while a reply comes."""
        visit, transcript = self.visit, self.visit.transcript
        if not self.is_running:  # the program is being left
            return
        sentence, retryable = self._trouble()
        self.query_one("#trouble").display = bool(sentence)
        self._write("#problem", sentence)
        self.query_one("#retry").display = retryable
        self.query_one("#starters").display = bool(texts.starters(visit))
        self.query_one("#chat").set_class(bool(transcript.messages), "begun")
        self.query_one("#send").display = not transcript.busy
        self.query_one("#stop").display = transcript.busy
        self._write("#cost", texts.cost(visit))
        messages, conversation = transcript.view(visit.newest_first), self.query_one(Conversation)
        shown = conversation.shown(messages, visit.newest_first)
        self._earlier = len(messages) - len(shown)
        self._write("#earlier", f"{self._earlier} earlier messages; F7 shows them")
        self.query_one("#earlier").display = self._earlier > 0
        self._offer()
        await conversation.draw(shown, texts.title(visit), visit.newest_first)

    def _offer(self) -> None:
        """Keep the line of keys in step."""
        transcript = self.visit.transcript
        offered = (transcript.busy, transcript.can_regenerate, transcript.run_id, self._earlier)
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()

    async def paint_everything(self) -> None:
        """The whole screen, after the API has answered or another assistant was chosen."""
        visit = self.visit
        self._write("#title", texts.title(visit))
        self._write("#about", texts.about(visit))
        starters = self.query_one("#starters", OptionList)
        starters.set_options(Option(plain(question)) for question in texts.starters(visit))
        starters.action_first()
        self._paint_assistants()
        self._count()
        controls = self.query_one("#controls")
        await controls.remove_children()
        if visit.health:
            await controls.mount_all(Setting(one, visit.values) for one in visit.panel.controls)
        await self.paint()

    def _write(self, place: str, text: str) -> None:
        """Only what differs, because every update lays the whole screen out anew."""
        static, content = self.query_one(place, Static), plain(text)
        if str(static.content) != content.plain:
            static.update(content)

    def _paint_assistants(self) -> None:
        select: Select[str] = self.query_one("#assistant", Select)
        if assistant := self.visit.assistant:
            with select.prevent(Select.Changed):
                select.set_options((plain(one.name), one.id) for one in self.visit.assistants)
                select.value = assistant.id

    def _trouble(self) -> tuple[str, bool]:
        if trouble := self.visit.trouble:
            return f"{trouble.sentence} Trying again …", False
        now = texts.trouble(self.visit)
        return now.sentence, now.retryable

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is offered: hidden where False, greyed out where None."""
        transcript = self.visit.transcript
        if action == "stop":
            return transcript.busy
        if action == "earlier":
            return self._earlier > 0
        if action == "again":
            return transcript.can_regenerate or None
        if action in {"copy", "save_csv", "save_json", "clear"}:
            return bool(transcript.messages) or None
        return True

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        for key in KEYS:
            run = partial(self.run_action, key.action)
            yield SystemCommand(key.description, key.tooltip, run)
