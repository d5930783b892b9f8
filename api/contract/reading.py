"""How the contract's input objects are made of what a client sent.

Strawberry looks up each field of each object anew, some 20 µs for every message of a history. What
an input's fields are doesn't change, so it is worked out once; GraphQL has checked the values.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any, TypeVar

from strawberry.types import get_object_definition
from strawberry.types.base import StrawberryList, StrawberryOptional
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

Read = Callable[[Any], Any]
"""From a checked GraphQL value to the contract's own."""

T = TypeVar("T")


def read_directly(kind: type[T]) -> type[T]:
    """A class decorator around `strawberry.input`: such inputs are made in one step."""
    read = _object(kind)
    definition = get_object_definition(kind, strict=True)
    definition.from_input = lambda _kind, value, _context: read(value)
    return kind


def _object(kind: type[Any]) -> Read:
    fields = get_object_definition(kind, strict=True).fields
    readers = [(_graphql_name(field), field.python_name, _reader(field.type)) for field in fields]
    absent = {field.python_name: None for field in fields if _may_be_absent(field)}
    if not absent and all(name == attribute and not read for name, attribute, read in readers):
        return lambda value: kind(**value)

    def read(value: Mapping[str, Any]) -> Any:
        given = {
            attribute: convert(value[name]) if convert else value[name]
            for name, attribute, convert in readers
            if name in value
        }
        return kind(**{**absent, **given})

    return read


def _reader(type_: Any) -> Read | None:
    """None where the value is already what it shall be."""
    if isinstance(type_, StrawberryOptional):
        present = _reader(type_.of_type)
        return present and (lambda value: None if value is None else present(value))
    if isinstance(type_, StrawberryList):
        item = _reader(type_.of_type)
        # Copied, because a default is the same list for every request.
        return (lambda values: [item(value) for value in values]) if item else list
    return _object(type_) if get_object_definition(type_) else None


def _may_be_absent(field: StrawberryField) -> bool:
    """True where GraphQL lets it be absent, and the class wants it all the same."""
    has_default = field.default is not MISSING or field.default_factory is not MISSING
    return isinstance(field.type, StrawberryOptional) and not has_default


def _graphql_name(field: StrawberryField) -> str:
    return field.graphql_name or to_camel_case(field.python_name)
