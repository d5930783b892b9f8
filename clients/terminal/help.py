"""The help screen: every key, as the app itself declares it."""

from collections.abc import Iterable

from rich.table import Table
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

ABOUT = """\
Tab moves between the message box, the settings and the messages; on a message, c copies it, \
l its link. The mouse selects text, ctrl+c copies what is selected, the wheel scrolls. \
Every window that shows a run can stop it: join one with --run and its link or id. \
Leaving stops no reply. Links in replies are not opened: a click shows the address."""


class Help(ModalScreen[None]):
    """Closes with Escape."""

    BINDINGS = [Binding("escape,f1,q,enter", "dismiss", "Close", key_display="esc")]  # noqa: RUF012

    def __init__(self, bindings: Iterable[Binding]) -> None:
        super().__init__()
        self._keys = [(binding.key_display or binding.key, binding.tooltip) for binding in bindings]

    def compose(self) -> ComposeResult:
        table = Table.grid(padding=(0, 2))
        for key, meaning in self._keys:
            table.add_row(f"[bold]{key}[/]", meaning)
        with VerticalScroll(id="help") as panel:
            panel.border_title, panel.border_subtitle = "Help", "esc closes"
            yield Static(table)
            yield Static(ABOUT, classes="about", markup=False)
