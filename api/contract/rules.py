"""Enforces the directives of input fields: what a frontend draws is what holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from strawberry.types.base import StrawberryObjectDefinition, get_object_definition
from strawberry.types.field import StrawberryField

from api.contract.directives import ControlHint, Length, Range
from api.contract.problems import InputTooLong, InvalidInput


@dataclass(frozen=True, slots=True)
class InputField:
    """One field of an input type with the directives that apply to it."""

    name: str
    attribute: str
    field: StrawberryField
    range: Range | None
    length: Length | None
    hint: ControlHint | None


def input_fields(kind: type[Any]) -> list[InputField]:
    """The fields of a Strawberry input type, in the order of their declaration."""
    definition: StrawberryObjectDefinition = get_object_definition(kind, strict=True)
    return [_input_field(field) for field in definition.fields]


def broken_rule(value: Any, path: str = "") -> InvalidInput | InputTooLong | None:
    """The first rule that an input object breaks, as a problem that names the field; else None.

    Checks ranges and lengths of the directives, and that every text can be stored and sent on
    (no NUL, no lone surrogates). Lists are walked; `path` grows like `history.3.content`.
    """
    return next(_broken_rules(value, path), None)


def too_long(where: str, actual: int, limit: int, unit: str) -> InputTooLong:
    """The problem of a text or list with more than `limit` characters or entries."""
    reason = f"`{where}` has {actual} {unit}; {limit} are allowed. Shorten it."
    return InputTooLong(field=where, limit=limit, actual=actual, reason=reason, retryable=False)


def _input_field(field: StrawberryField) -> InputField:
    applied: dict[type[Any], Any] = {type(rule): rule for rule in field.directives}
    return InputField(
        name=field.graphql_name or camel(field.python_name),
        attribute=field.python_name,
        field=field,
        range=applied.get(Range),
        length=applied.get(Length),
        hint=applied.get(ControlHint),
    )


def camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.title() for word in tail)


def _broken_rules(value: Any, path: str) -> Iterator[InvalidInput | InputTooLong]:
    for rule in _FIELDS.get(type(value)) or _remember(type(value)):
        entry = getattr(value, rule.attribute)
        where = f"{path}.{rule.name}" if path else rule.name
        yield from _broken_by(entry, rule, where)


def _remember(kind: type[Any]) -> list[InputField]:
    _FIELDS[kind] = input_fields(kind)
    return _FIELDS[kind]


_FIELDS: dict[type[Any], list[InputField]] = {}


def _broken_by(entry: Any, rule: InputField, where: str) -> Iterator[InvalidInput | InputTooLong]:
    if isinstance(entry, list):
        yield from _too_long(len(entry), rule.length, where, "entries")
        for index, item in enumerate(entry):
            if _is_input(type(item)):
                yield from _broken_rules(item, f"{where}.{index}")
    elif isinstance(entry, str):
        if not _is_plain(entry, rule.length):
            yield from _broken_text(entry, rule.length, where)
    elif isinstance(entry, int | float) and not isinstance(entry, bool):
        if rule.range and not rule.range.min <= entry <= rule.range.max:
            yield InvalidInput(
                field=where,
                reason=f"`{where}` is {entry:g}; it must lie between "
                f"{rule.range.min:g} and {rule.range.max:g}.",
                retryable=False,
            )
    elif _is_input(type(entry)):
        yield from _broken_rules(entry, where)


def _is_input(kind: type[Any]) -> bool:
    """Remembered, because Strawberry looks it up anew for each message."""
    if kind not in _INPUTS:
        _INPUTS[kind] = get_object_definition(kind) is not None
    return _INPUTS[kind]


_INPUTS: dict[type[Any], bool] = {}


def _is_plain(text: str, length: Length | None) -> bool:
    """True for what most texts are, and breaks no rule. Asked for each message of each history."""
    return text.isascii() and "\x00" not in text and (length is None or len(text) <= length.max)


def _broken_text(
    text: str, length: Length | None, where: str
) -> Iterator[InvalidInput | InputTooLong]:
    yield from _too_long(len(text), length, where, "characters")
    if not text.isascii() and not is_encodable(text):
        yield _not_text(where, "half of a surrogate pair, which is not valid Unicode")
    if "\x00" in text:
        yield _not_text(where, "a NUL character")


def _too_long(actual: int, length: Length | None, where: str, unit: str) -> Iterator[InputTooLong]:
    if length and actual > length.max:
        yield too_long(where, actual, length.max, unit)


def is_encodable(text: str) -> bool:
    """False for a text with lone surrogates, which nothing can store or send on."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _not_text(where: str, what: str) -> InvalidInput:
    return InvalidInput(
        field=where, reason=f"`{where}` contains {what}. Remove it and try again.", retryable=False
    )
