"""Events as rows: the kind, and the rest as JSON (a delta's text as it is)."""

from typing import Any, get_type_hints

import msgspec

from api.contract.events import EVENTS, AnyRunEvent, TextDelta
from api.contract.problems import PROBLEMS, Problem

_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in EVENTS}
_PROBLEMS: dict[str, type[Any]] = {kind.__name__: kind for kind in PROBLEMS}
_COLUMNS = ("run_id", "seq", "at")


def encode(event: AnyRunEvent) -> tuple[str, str]:
    """Kind and body of an event; run id, number and time have columns of their own."""
    if type(event) is TextDelta:
        return "TextDelta", event.text
    fields = {name: value for name, value in vars(event).items() if name not in _COLUMNS}
    problem = fields.get("problem")
    if problem is not None:
        fields["problem"] = {"type": type(problem).__name__, "fields": problem}
    return type(event).__name__, msgspec.json.encode(fields).decode()


def decode(kind: str, body: str, **columns: Any) -> AnyRunEvent:
    """The event of a row; `columns` are `run_id`, `seq` and `at`."""
    if kind == "TextDelta":
        return TextDelta(text=body, **columns)
    hints = _hints(_KINDS[kind])
    fields = {
        name: _convert(value, hints[name]) for name, value in msgspec.json.decode(body).items()
    }
    event: AnyRunEvent = _KINDS[kind](**fields, **columns)
    return event


def _convert(value: Any, hint: Any) -> Any:
    if hint is Problem:
        kind = _PROBLEMS[value["type"]]
        hints = _hints(kind)
        return kind(**{k: msgspec.convert(v, hints[k]) for k, v in value["fields"].items()})
    return msgspec.convert(value, hint)


def _hints(kind: type[Any]) -> dict[str, Any]:
    if kind not in _HINTS:
        _HINTS[kind] = get_type_hints(kind)
    return _HINTS[kind]


_HINTS: dict[type[Any], dict[str, Any]] = {}
