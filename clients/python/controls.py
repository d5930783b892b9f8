"""The settings as a frontend draws them, and what of them is sent. Nothing here names a setting.

What is drawn comes from the contract: the controls that the client was generated with or, once a
server was asked, its own (with choices), and the assistant's defaults.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from clients.python._generated import CONTROLS, LENGTH_LIMITS, Assistant, Control, ControlKind
from clients.python.errors import InvalidValueError

Value: TypeAlias = str | int | float | bool | None

PREFIX = "settings."
"""Controls whose path begins so are settings; the others belong to the message itself."""

DEFAULT_OPTION = ("Default", "")
"""The choice of not choosing."""

_TRUE, _FALSE = {"true", "on", "yes", "1"}, {"false", "off", "no", "0"}


@dataclass(frozen=True, slots=True)
class PanelControl:
    """One setting to draw."""

    control: Control
    default: Value
    """What the assistant sets; None where it leaves it to the model."""

    @property
    def path(self) -> str:
        return self.control.path

    @property
    def kind(self) -> ControlKind:
        """How to draw it; a kind that is newer than this client is one line of text."""
        return self.control.kind if self.control.kind.known else ControlKind.TEXT

    @property
    def label(self) -> str:
        return self.control.label

    @property
    def description(self) -> str:
        return self.control.description

    @property
    def min(self) -> float | None:
        return self._number(self.control.min)

    @property
    def max(self) -> float | None:
        return self._number(self.control.max)

    @property
    def step(self) -> float | None:
        return 1 if self.integer and not self.control.step else self._number(self.control.step)

    @property
    def max_length(self) -> int | None:
        return self.control.max_length

    @property
    def integer(self) -> bool:
        return self.control.value_type == "Int"

    @property
    def options(self) -> list[tuple[str, str]]:
        """Labels and values of a choice."""
        listed = [*self.control.choices]
        if self.default is None:
            return [DEFAULT_OPTION, *((choice, choice) for choice in listed)]
        default = str(self.default)
        listed += [] if default in listed else [default]
        return [(choice, choice) for choice in listed]

    @property
    def shown(self) -> Value:
        """What to draw at first. Left as it is, nothing is sent and the server decides."""
        if self.default is not None:
            return self.default
        if self.kind == ControlKind.SLIDER:
            return self.min
        if self.kind == ControlKind.SWITCH:
            return False
        return None if self.kind == ControlKind.NUMBER else ""

    def moved(self, drawn: Any, steps: int, tenths: int = 0) -> Value:
        """The drawn number so many steps and tenths of the range on, but not out of the range.

        Without a number it begins at the least one; raises ValueError where there is no number.
        """
        low, high, step = self.min, self.max, self.step or 1
        tenth = (high - low) / 10 if low is not None and high is not None else step * 10
        value = float(drawn or low or 0) + steps * step + tenths * tenth
        value = max(value, value if low is None else low)
        value = min(value, value if high is None else high)
        # 0.1 + 0.2 shall be 0.3.
        return round(value) if self.integer else round(value, 6)

    def value_of(self, drawn: Any) -> Value:
        """The typed value to send, None for nothing; raises `InvalidValueError`."""
        if drawn is None or drawn == "" or drawn == self.shown:
            return None
        value = self._typed(drawn)
        return None if value == self.shown else value

    def _typed(self, drawn: Any) -> Value:
        try:
            return _TYPES.get(self.control.value_type, str)(drawn)
        except (TypeError, ValueError, OverflowError):
            wanted = _NAMES.get(self.control.value_type, "text")
            raise InvalidValueError(self.path, f"{self.label} takes {wanted}.") from None

    def _number(self, value: float | None) -> float | None:
        return int(value) if value is not None and self.integer else value


@dataclass(frozen=True, slots=True)
class Panel:
    """The settings to draw for one assistant, in drawing order."""

    controls: tuple[PanelControl, ...]

    @classmethod
    def of(cls, served: Iterable[Control] = (), assistant: Assistant | None = None) -> "Panel":
        """The settings that the server serves, those that are newer than the client included.

        Before a server was asked, those that the client was generated with. A setting that the
        server doesn't serve is not drawn: an older server would refuse it.
        """
        known = list(served) or CONTROLS
        ordered = sorted(known, key=lambda control: (control.order, control.path))
        defaults = {d.path: d.value for d in assistant.defaults} if assistant else {}
        settings = [control for control in ordered if control.path.startswith(PREFIX)]
        return cls(tuple(_drawn(control, defaults.get(control.path)) for control in settings))

    @property
    def message_length(self) -> int:
        """Characters that any message may have."""
        return LENGTH_LIMITS["history.content"]

    def settings(self, drawn: Mapping[str, Any] | Sequence[Any]) -> dict[str, Any]:
        """What to send as `settings`, of values by path or in the order of `controls`.

        Leaves out what is as it was drawn at first; raises `InvalidValueError`.
        """
        if not isinstance(drawn, Mapping):
            drawn = {c.path: value for c, value in zip(self.controls, drawn, strict=True)}
        found: dict[str, Any] = {}
        for control in self.controls:
            value = control.value_of(drawn.get(control.path))
            if value is not None:
                _put(found, control.path.removeprefix(PREFIX).split("."), value)
        return found


def _drawn(control: Control, default: str | None) -> PanelControl:
    if default is None:
        return PanelControl(control, None)
    return PanelControl(control, PanelControl(control, None)._typed(default))


def _put(found: dict[str, Any], path: list[str], value: Value) -> None:
    for name in path[:-1]:
        found = found.setdefault(name, {})
    found[path[-1]] = value


def _integer(drawn: Any) -> int:
    number = float(drawn)
    if number != int(number):
        raise ValueError
    return int(number)


def _finite(drawn: Any) -> float:
    number = float(drawn)
    if number - number != 0:  # NaN and the infinities have no JSON
        raise ValueError
    return number


def _switch(drawn: Any) -> bool:
    if isinstance(drawn, bool):
        return drawn
    word = str(drawn).strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError
    return word in _TRUE


_TYPES = {"Int": _integer, "Float": _finite, "Boolean": _switch}
_NAMES = {"Int": "a whole number", "Float": "a number", "Boolean": "on or off"}
