"""The terminal's screen, driven by Textual's pilot: what is drawn, and keys and clicks."""

import contextlib
import tempfile
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, ClassVar

from textual.widget import Widget
from textual.widgets import Button, OptionList, Select, Static
from textual.widgets._markdown import MarkdownBlock, MarkdownFence, MarkdownTable

from clients.terminal.conversation import Conversation, MessageView
from clients.terminal.keys import KEYS
from clients.terminal.message_box import MessageBox
from clients.terminal.settings import NumberInput, Setting
from conformance.nonconformity import Nonconformity
from conformance.screens import examining_terminal as examining
from conformance.screens.screen import FileKind, Message, Screen, run_together
from conformance.windows.pilots import PilotedApp

KEY_NAMES = {"Enter": "enter", "Tab": "tab", "End": "end"}
ACTIONS = {
    "Stop": "stop",
    "Regenerate": "again",
    "Clear conversation": "clear",
    "Newest first": "order",
    "Download CSV": "save_csv",
    "Download JSON": "save_json",
}
"""What pages have buttons for and the terminal keys, by the name of the key's action."""
MOST_TABS = 40


class TerminalScreen(Screen):
    """One terminal."""

    NEW_LINE: ClassVar[str] = "ctrl+j"

    def __init__(
        self,
        start: Callable[[str], PilotedApp],
        run: str,
        greetings: Collection[str],
        patience: float,
    ) -> None:
        super().__init__(greetings, patience)
        self._start = start
        self._piloted = start(run)
        self._traps: examining.Traps | None = None

    @property
    def app(self) -> Any:
        return self._piloted.app

    def _part(self, selector: str) -> Any:
        return self.app.query_one(selector)

    # What is seen -----------------------------------------------------------------------------

    @property
    def title(self) -> str:
        return str(self._part("#title").content)

    @property
    def text(self) -> str:
        """The conversation's column first and then that of the settings, as one reads them."""
        settings, strips = self._part("#settings"), self._piloted.strips
        width = self.app.size.width
        edge = settings.region.x if settings.display and settings.region.x else width
        columns = ((0, edge), (settings.content_region.x if edge < width else edge, width))
        return "\n".join(strip.crop(*column).text for column in columns for strip in strips)

    @property
    def _views(self) -> list[MessageView]:
        return list(self._part("Conversation").query_children(MessageView))

    @property
    def drawn(self) -> list[Message]:
        return [Message(view.message.role, run_together(_words(view))) for view in self._views]

    @property
    def drawn_verbatim(self) -> list[str]:
        return [_words(view).strip("\n") for view in self._views]

    @property
    def _box(self) -> MessageBox:
        box: MessageBox = self.app.query_one(MessageBox)
        return box

    @property
    def draft(self) -> str:
        return self._box.text

    @property
    def counter(self) -> str:
        return str(self._box.border_subtitle or "")

    @property
    def alert(self) -> str:
        shown = self._part("#trouble").display
        return str(self._part("#problem").content) if shown else ""

    @property
    def cost(self) -> str:
        return str(self._part("#cost").content)

    @property
    def run_id(self) -> str:
        """What it says for coming back: `parley frontend terminal --run ID`."""
        return self.app.visit.transcript.run_id or ""

    @property
    def focused(self) -> str:
        return examining.name_of(self.app.focused)

    def is_there(self, action: str) -> bool:
        return bool(self._button(action) or self._starter(action) is not None or _key(action))

    def offers(self, action: str) -> bool:
        if self._button(action) or self._starter(action) is not None:
            return True
        return bool(_key(action)) and self.app.check_action(ACTIONS[action], ()) is True

    def leans_right(self) -> bool:
        """Terminals turn Hebrew around themselves, if it comes to them as it is read."""
        return any("\u05e2\u05d1\u05e8" in line for line in self.text.splitlines())

    def _button(self, name: str) -> Button | None:
        buttons = [one for one in self.app.query(Button) if str(one.label) == name]
        return next((one for one in buttons if _is_drawn(one) and not one.disabled), None)

    def _starter(self, question: str) -> int | None:
        starters = self.app.query_one("#starters", OptionList)
        options = [str(option.prompt) for option in starters.options]
        return options.index(question) if starters.display and question in options else None

    # What one does ----------------------------------------------------------------------------

    def write(self, text: str) -> None:
        def put() -> None:
            self._box.focus()
            self._box.text = text

        self._piloted.call(put)
        self.pause()

    def press(self, *keys: str) -> None:
        self._piloted.press(*(KEY_NAMES.get(key, key) for key in keys))

    def do(self, action: str) -> None:
        if button := self._button(action):
            self._piloted.click(button)
        elif (place := self._starter(action)) is not None:
            starters = self.app.query_one("#starters", OptionList)
            self._piloted.call(starters.focus)
            self._piloted.call(lambda: setattr(starters, "highlighted", place))
            self.press("Enter")
        elif key := _key(action):
            self.press(key)
        else:
            raise Nonconformity(f"there is neither button nor key for “{action}”")

    def reach(self, name: str) -> bool:
        """Whatever has a key of its own is always in reach."""
        for _ in range(MOST_TABS):
            if self.focused == name or _key(name):
                return True
            self.press("Tab")
        return False

    def act_by_keyboard(self, name: str) -> None:
        self.press(_key(name) or "Enter")

    def choose_assistant(self, name: str) -> None:
        select = self.app.query_one("#assistant", Select)
        self._piloted.call(select.focus)
        options = [str(label) for label, _ in select._options]
        here = [value for _, value in select._options].index(select.value)
        steps = options.index(name) - here
        self.press("Enter", *(["down"] * steps if steps > 0 else ["up"] * -steps), "Enter")

    def put_newest_first(self, newest_first: bool) -> None:
        if self.app.visit.newest_first != newest_first:
            self.do("Newest first")

    def set_to_greatest(self, label: str) -> None:
        drawn = [one for one in self.app.query(Setting) if str(one._control.label) == label]
        if not drawn:
            raise Nonconformity(f"there is no setting “{label}”")
        self._piloted.call(drawn[0].query_one(NumberInput).focus)
        self.press(*["pageup"] * 11)

    def downloaded(self, kind: FileKind) -> bytes:
        with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
            self.do(f"Download {kind}")
            file = Path(name) / f"conversation.{kind.lower()}"
            self.until(lambda: file.exists() and "Saved" in self.text, f"no {kind} file is saved")
            return file.read_bytes()

    def copied_reply(self) -> str:
        self._piloted.call(lambda: self.app.copy_to_clipboard("nothing"))
        self.press("ctrl+y")
        self.until(lambda: self.app.clipboard != "nothing", "Copy copies nothing")
        return str(self.app.clipboard)

    def reload(self) -> None:
        """Leave, and come back to the run as it says."""
        run = self.run_id
        self.close()
        self._piloted = self._start(run)

    def close(self) -> None:
        self._piloted.close()

    # What is examined -------------------------------------------------------------------------

    def barriers(self) -> list[str]:
        return examining.barriers(self._piloted)

    def misfits(self) -> list[str]:
        parts = [self._box, self._button("Send") or self._button("Stop")]
        return examining.misfits(self._piloted, parts)

    def set_traps(self) -> None:
        self._traps = examining.Traps(self._piloted)

    def intrusions(self) -> list[str]:
        assert self._traps is not None
        return self._traps.sprung(self.app.query_one(Conversation))

    @property
    def announced(self) -> str:
        """A terminal is read as it is drawn: that a reply is being written, then the reply."""
        last = self._views[-1]
        facts = str(last.query_one(".facts", Static).content)
        return facts if last.message.status == "streaming" else run_together(self.text)

    def drawn_parts(self) -> set[str]:
        last = self._views[-1]
        kinds: dict[str, type[Widget]] = {"code": MarkdownFence, "table": MarkdownTable}
        return {name for name, kind in kinds.items() if any(p.size.area for p in last.query(kind))}

    def seconds_to_paint(self, change: Callable[[], Any], shows: str) -> float:
        began = time.perf_counter()
        change()
        self.until(lambda: shows in self.text, f"{shows!r} is not drawn")
        return time.perf_counter() - began

    # How one waits ----------------------------------------------------------------------------

    def await_ready(self) -> None:
        """Of a long conversation only the newest messages are drawn, without the greeting."""
        self.until(lambda: self.messages, "nobody greets")

    def _has_sent(self, question: str, before: int) -> bool:
        """For each new message an old one may go, but the box is empty only then."""
        return not self.draft and run_together(question) in self.questions

    def pause(self) -> None:
        self._piloted.pause()


def _words(view: MessageView) -> str:
    """What is drawn of it, block for block."""
    if view.message.role == "user":
        return str(view.query_one(".said", Static).content)
    return "\n".join(block._content.plain for block in view.query(MarkdownBlock))


def _key(name: str) -> str:
    """The key for what pages have a button for; empty where there is none."""
    action = ACTIONS.get(name)
    return next((key.key for key in KEYS if key.action == action), "")


def _is_drawn(widget: Widget) -> bool:
    return all(one.display for one in widget.ancestors_with_self if isinstance(one, Widget))
