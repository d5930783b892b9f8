"""Between the contract's JSON and Python values: what the generated package is built on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class Unset(Enum):
    """The value of an input field that is left out, which is not the same as null."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET = Unset.UNSET


class OpenEnum(StrEnum):
    """An enum that takes values of the future as well: equal to their text, and not `known`."""

    @classmethod
    def _missing_(cls, value: object) -> OpenEnum | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member

    @property
    def known(self) -> bool:
        """False for a value that is newer than this client."""
        return self.value in type(self)._value2member_map_


@dataclass(frozen=True, slots=True)
class Request(Generic[Value]):
    """One operation with its variables, and how to read its answer."""

    name: str
    document: str
    variables: Mapping[str, Any]
    field: str
    """The root field that it selects."""
    read: Callable[[Any], Value]

    def variables_json(self) -> dict[str, Any]:
        """The variables that are set, as they are sent."""
        return json_object(self.variables)

    def answer(self, data: Mapping[str, Any]) -> Value:
        """The typed answer in a result's `data`; raises LookupError, TypeError, ValueError."""
        return self.read(data[self.field])


def json_object(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON that GraphQL expects of these fields; unset ones are left out, at any depth."""
    return {key: json_of(entry) for key, entry in fields.items() if entry is not UNSET}


def json_of(value: Any) -> Any:
    """The JSON of one input value."""
    if isinstance(value, Mapping):
        return json_object(value)
    if isinstance(value, list | tuple):
        return [json_of(entry) for entry in value]
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return value.to_json() if hasattr(value, "to_json") else value


def exact(text: str | int) -> Decimal:
    """A decimal as it was written; a float has lost digits on its way and is refused."""
    if isinstance(text, float):
        raise TypeError(f"{text!r} is a float where an exact decimal is due")
    return Decimal(text)


def optional(read: Callable[[Any], Value]) -> Callable[[Any], Value | None]:
    """A reader that passes null on."""
    return lambda value: None if value is None else read(value)


def each(read: Callable[[Any], Value]) -> Callable[[Any], list[Value]]:
    """A reader of lists."""
    return lambda values: [read(value) for value in values]
