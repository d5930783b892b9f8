"""What a person does at the terminal, and what becomes of the visit."""

from collections.abc import Awaitable, Iterable
from contextlib import aclosing
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Button, Checkbox, Footer, Markdown, OptionList, Select, TextArea

from clients.python import AsyncSession, Notice
from clients.python.pages import texts
from clients.python.pages.turns import Turn, Turns
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
    def action_stop(self) -> None:
        self.run_worker(self._paint_after(self._turns.stop(self.visit)))

    @on(Button.Pressed, "#retry")
    def action_again(self) -> None:
        self._take(self._turns.again(self.visit))

    def action_clear(self) -> None:
        self.query_one(Conversation).shows_all = False
        self.run_worker(self._paint_after(self._turns.clear(self.visit)))

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

    @on(MessageView.LinkWanted)
    def _copy_link(self, event: MessageView.LinkWanted) -> None:
        self.copy_to_clipboard(self._address.of_run(event.run_id))
        self.notify("Copied the link; a browser opens it, and --run takes it.", timeout=4)

    @on(Markdown.LinkClicked)
    def _show_address(self, event: Markdown.LinkClicked) -> None:
        self.notify(inert(event.href), title="The link leads to", markup=False)

    # How it is done ---------------------------------------------------------------------------

    def _ask(self, question: str) -> None:
        self._take(self._turns.ask(self.visit, question), question)

    def _take(self, turn: Turn, question: str | None = None) -> None:
        self.run_worker(self._paint_turn(turn, question))

    async def _paint_turn(self, turn: Turn, question: str | None) -> None:
        asked, box = len(self.visit.transcript.messages), self.query_one(MessageBox)
        async with aclosing(turn):
            async for _ in turn:
                if box.text == question and len(self.visit.transcript.messages) > asked:
                    box.clear()  # not before: a question that may not be sent stays
                await self.paint()

    async def _paint_after(self, work: Awaitable[None]) -> None:
        await work
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
        desk, transcript = self.query_one(Desk), self.visit.transcript
        await desk.paint(self.visit)
        offered = (transcript.busy, transcript.can_regenerate, transcript.run_id, desk.earlier)
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()

    async def paint_everything(self) -> None:
        """The whole screen, after the API has answered or another assistant was chosen."""
        await self.query_one(Desk).paint_everything(self.visit)
        await self.paint()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is offered: hidden where False, greyed out where None."""
        if action == "earlier":
            return bool(self.query(Desk)) and self.query_one(Desk).earlier > 0
        return is_offered(action, self.visit.transcript)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        for key in KEYS:
            run = partial(self.run_action, key.action)
            yield SystemCommand(key.description, key.tooltip, run)
