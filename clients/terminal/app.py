"""What a person does at the terminal, and what becomes of the visit."""

from collections.abc import Iterable
from contextlib import aclosing
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Button, Checkbox, Footer, Markdown, OptionList, Select, TextArea

from clients.python import AsyncSession
from clients.python.pages import texts
from clients.python.pages.changes import Change, Turn
from clients.python.pages.turns import Turns
from clients.python.pages.visit import Visit
from clients.terminal import files
from clients.terminal.conversation import Conversation, MessageView
from clients.terminal.desk import Desk
from clients.terminal.help import Help
from clients.terminal.inert import inert
from clients.terminal.keys import KEYS, is_offered
from clients.terminal.message_box import MessageBox
from clients.terminal.themes import DARK, LIGHT


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
        self._address = session.address
        self._linked_run = run
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.theme = (LIGHT if light else DARK).name
        self._offered: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        yield Desk()
        yield Footer(show_command_palette=False, compact=True)

    async def on_mount(self) -> None:
        self.query_one(MessageBox).focus()
        await self.paint(Change.EVERYTHING)
        self._take(self._turns.open(self.visit, linked_run=self._linked_run))

    # What a person does -----------------------------------------------------------------------

    @on(MessageBox.Submitted)
    @on(Button.Pressed, "#send")
    def send(self) -> None:
        self._take(self._turns.ask(self.visit, self.query_one(MessageBox).text))

    @on(OptionList.OptionSelected, "#starters")
    def start(self, event: OptionList.OptionSelected) -> None:
        self._take(self._turns.ask(self.visit, texts.starters(self.visit)[event.option_index]))

    @on(Button.Pressed, "#stop")
    def action_stop(self) -> None:
        self._take(self._turns.stop(self.visit))

    @on(Button.Pressed, "#retry")
    def action_again(self) -> None:
        self._take(self._turns.again(self.visit))

    def action_clear(self) -> None:
        self.query_one(Conversation).shows_all = False
        self._take(self._turns.clear(self.visit))

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
    def _order(self, event: Checkbox.Changed) -> None:
        self._take(self._turns.order(self.visit, event.value))

    @on(Select.Changed, "#assistant")
    def _choose(self, event: Select.Changed) -> None:
        assistant = self.visit.assistant
        if assistant and isinstance(event.value, str) and event.value != assistant.id:
            self._take(self._turns.choose(self.visit, event.value))

    @on(TextArea.Changed, "#message")
    def _count(self) -> None:
        self.query_one(MessageBox).count(self.visit.transcript)

    @on(MessageView.LinkWanted)
    def _copy_link(self, event: MessageView.LinkWanted) -> None:
        self.copy_to_clipboard(self._address.of_run(event.run_id))
        self.notify("Copied the link; a browser opens it, and --run takes it.", timeout=4)

    @on(Markdown.LinkClicked)
    def _show_address(self, event: Markdown.LinkClicked) -> None:
        self.notify(inert(event.href), title="The link leads to", markup=False)

    # How it is done ---------------------------------------------------------------------------

    def _take(self, turn: Turn) -> None:
        self.run_worker(self._paint_turn(turn))

    async def _paint_turn(self, turn: Turn) -> None:
        accepted, box = self.visit.accepted, self.query_one(MessageBox)
        async with aclosing(turn) as changes:
            async for change in changes:
                if self.visit.accepted != accepted:
                    accepted = self.visit.accepted
                    box.clear()  # not before: a question that may not be sent stays
                await self.paint(change)

    def _save(self, name: str, content: bytes) -> None:
        try:
            path = files.save(name, content)
            self.notify(f"in {path.parent}", title=f"Saved {path.name}", markup=False)
        except OSError as error:
            self.notify(str(error), title="Not saved", severity="error", markup=False)

    # What is shown ----------------------------------------------------------------------------

    async def paint(self, change: Change = Change.CONVERSATION) -> None:
        """What the change is about."""
        desk, transcript = self.query_one(Desk), self.visit.transcript
        await desk.paint(self.visit, change)
        offered = (transcript.busy, transcript.can_regenerate, transcript.run_id, desk.earlier)
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is offered: hidden where False, greyed out where None."""
        if action == "earlier":
            return bool(self.query(Desk)) and self.query_one(Desk).earlier > 0
        return is_offered(action, self.visit.transcript)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        for key in KEYS:
            run = partial(self.run_action, key.action)
            yield SystemCommand(key.description, key.tooltip, run)
