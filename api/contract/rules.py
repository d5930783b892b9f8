"""Enforces the directives of input fields: what a frontend draws is what holds."""

from collections.abc import Callable
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


Broken = InvalidInput | InputTooLong | None
Path = tuple[str | int, ...]
"""Where an entry is, for example `("history", 3, "content")`."""


def broken_rule(value: Any) -> Broken:
    """The first rule that an input object breaks, as a problem that names the field, such as
    `history.3.content`; else None.

    Checks ranges and lengths of the directives, and that every text can be stored and sent on
    (no NUL, no lone surrogates).
    """
    return _broken_object(value, None, ())


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


def _broken_object(value: Any, _: object, path: Path) -> Broken:
    for rule in _FIELDS.get(type(value)) or _remember(type(value)):
        entry = getattr(value, rule.attribute)
        check = _check(type(entry))
        if check and (problem := check(entry, rule, (*path, rule.name))):
            return problem
    return None


def _remember(kind: type[Any]) -> list[InputField]:
    _FIELDS[kind] = input_fields(kind)
    return _FIELDS[kind]


_FIELDS: dict[type[Any], list[InputField]] = {}


def _broken_list(entries: list[Any], rule: InputField, path: Path) -> Broken:
    if problem := _too_long(len(entries), rule.length, path, "entries"):
        return problem
    for index, entry in enumerate(entries):
        if _check(type(entry)) is not _broken_object:
            return None
        if problem := _broken_object(entry, rule, (*path, index)):
            return problem
    return None


def _broken_text(text: str, rule: InputField, path: Path) -> Broken:
    if problem := _too_long(len(text), rule.length, path, "characters"):
        return problem
    if not text.isascii() and not is_encodable(text):
        return _not_text(path, "half of a surrogate pair, which is not valid Unicode")
    return _not_text(path, "a NUL character") if "\x00" in text else None


def _broken_number(number: float, rule: InputField, path: Path) -> Broken:
    if rule.range is None or rule.range.min <= number <= rule.range.max:
        return None
    where = _dotted(path)
    return InvalidInput(
        field=where,
        reason=f"`{where}` is {number:g}; it must lie between "
        f"{rule.range.min:g} and {rule.range.max:g}.",
        retryable=False,
    )


Check = Callable[[Any, InputField, Path], Broken]


def _check(kind: type[Any]) -> Check | None:
    """What checks an entry of such a kind; remembered, because histories are long."""
    if kind not in _CHECKS:
        _CHECKS[kind] = _find_check(kind)
    return _CHECKS[kind]


def _find_check(kind: type[Any]) -> Check | None:
    if issubclass(kind, list):
        return _broken_list
    if issubclass(kind, str):
        return _broken_text
    if issubclass(kind, int | float) and kind is not bool:
        return _broken_number
    return _broken_object if get_object_definition(kind) else None


_CHECKS: dict[type[Any], Check | None] = {}


def _too_long(actual: int, length: Length | None, path: Path, unit: str) -> Broken:
    if length is None or actual <= length.max:
        return None
    return too_long(_dotted(path), actual, length.max, unit)


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))


def is_encodable(text: str) -> bool:
    """False for a text with lone surrogates, which nothing can store or send on."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _not_text(path: Path, what: str) -> InvalidInput:
    where = _dotted(path)
    return InvalidInput(
        field=where, reason=f"`{where}` contains {what}. Remove it and try again.", retryable=False
    )
