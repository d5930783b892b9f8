"""The settings as widgets; none is named here, the contract tells which there are."""

from contextlib import suppress
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Select, Static, TextArea

from clients.python import ControlKind, PanelControl
from clients.terminal.conversation import plain


class NumberInput(Input):
    """A number; the arrow keys change it by the control's step, the page keys by a tenth."""

    BINDINGS = [  # noqa: RUF012
        Binding("up", "change(1)", "More"),
        Binding("down", "change(-1)", "Less"),
        Binding("pageup", "change(0, 1)", show=False),
        Binding("pagedown", "change(0, -1)", show=False),
    ]

    def __init__(self, control: PanelControl, value: Any) -> None:
        kind: Any = "integer" if control.integer else "number"
        super().__init__(_shown(value), type=kind)
        self._control = control
        low, high = control.min, control.max
        if low is not None and high is not None:
            self.border_subtitle = f"{low:g} to {high:g}"

    def action_change(self, steps: int, tenths: int = 0) -> None:
        with suppress(ValueError):  # of what is no number yet
            self.value = _shown(self._control.moved(self.value, steps, tenths))


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else f"{value}"


class Setting(Vertical):
    """One control with its explanation. It writes what the person sets into `values`."""

    def __init__(self, control: PanelControl, values: dict[str, Any]) -> None:
        super().__init__(classes="setting")
        self._control = control
        self._values = values

    def compose(self) -> ComposeResult:
        widget = _widget(self._control, self._values.get(self._control.path, self._control.shown))
        widget.border_title = plain(self._control.label)
        yield widget
        yield Static(plain(self._control.description), classes="about")

    @on(Input.Changed)
    @on(Select.Changed)
    @on(Checkbox.Changed)
    def _set(self, event: Input.Changed | Select.Changed | Checkbox.Changed) -> None:
        event.stop()
        self._values[self._control.path] = event.value

    @on(TextArea.Changed)
    def _set_text(self, event: TextArea.Changed) -> None:
        event.stop()
        self._values[self._control.path] = event.text_area.text


def _widget(control: PanelControl, value: Any) -> Widget:
    match control.kind:
        case ControlKind.SLIDER | ControlKind.NUMBER:
            return NumberInput(control, value)
        case ControlKind.CHOICE:
            options = [(plain(label), choice) for label, choice in control.options]
            return Select(options, value=value, allow_blank=False)
        case ControlKind.SWITCH:
            return Checkbox(plain(control.label), bool(value))
        case ControlKind.TEXT_AREA:
            return TextArea(str(value or ""))
    return Input(str(value or ""), max_length=control.max_length or 0)
