"""The parts of the screen and what they show of a visit. What that is, is decided in
`clients.python`.
"""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Checkbox, OptionList, Select, Static
from textual.widgets.option_list import Option

from clients.python.pages import texts
from clients.python.pages.changes import Change
from clients.python.pages.visit import Visit
from clients.terminal.conversation import Conversation, plain
from clients.terminal.message_box import MessageBox
from clients.terminal.settings import Setting


class Desk(Horizontal):
    """The conversation, with the message box beneath it and the settings beside it."""

    earlier = 0
    """How many messages are not drawn."""

    def compose(self) -> ComposeResult:
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

    def on_mount(self) -> None:
        self.query_one("#assistant").border_title = "Assistant"

    async def paint(self, visit: Visit, change: Change) -> None:
        """What the change is about."""
        if change == Change.EVERYTHING:
            await self._paint_assistant(visit)
        transcript = visit.transcript
        trouble = texts.trouble(visit)
        self.query_one("#trouble").display = bool(trouble.sentence)
        self._write("#problem", trouble.sentence)
        self.query_one("#retry").display = trouble.retryable
        self.query_one("#chat").set_class(bool(transcript.messages), "begun")
        self.query_one("#starters").display = bool(texts.starters(visit))
        self.query_one("#send").display = not transcript.busy
        self.query_one("#stop").display = transcript.busy
        self._write("#cost", texts.cost(visit))
        conversation, messages = self.query_one(Conversation), transcript.view(visit.newest_first)
        shown = conversation.shown(messages, visit.newest_first)
        self.earlier = len(messages) - len(shown)
        self._write("#earlier", f"{self.earlier} earlier messages; F7 shows them")
        self.query_one("#earlier").display = self.earlier > 0
        await conversation.draw(shown, texts.title(visit), visit.newest_first)

    async def _paint_assistant(self, visit: Visit) -> None:
        self._write("#title", texts.title(visit))
        self._write("#about", texts.about(visit))
        starters = self.query_one("#starters", OptionList)
        starters.set_options(Option(plain(question)) for question in texts.starters(visit))
        starters.action_first()
        select: Select[str] = self.query_one("#assistant", Select)
        if assistant := visit.assistant:
            with select.prevent(Select.Changed):
                select.set_options((plain(one.name), one.id) for one in visit.assistants)
                select.value = assistant.id
        self.query_one(MessageBox).count(visit.transcript)
        controls = self.query_one("#controls")
        await controls.remove_children()
        if visit.health:
            await controls.mount_all(Setting(one, visit.values) for one in visit.panel.controls)

    def _write(self, place: str, text: str) -> None:
        """Only what differs, because every update lays the whole screen out anew."""
        static, content = self.query_one(place, Static), plain(text)
        if str(static.content) != content.plain:
            static.update(content)
