"""`query controls`: the input fields that carry a `@control`, served as data."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from strawberry.types.base import StrawberryList, StrawberryOptional, get_object_definition

from api.contract.directives import LAST, ControlHint, ControlKind
from api.contract.rules import InputField, input_fields
from api.contract.types import ChatInput, Control

_SCALAR_NAMES = {float: "Float", int: "Int", str: "String", bool: "Boolean"}


def controls(
    choices: Mapping[str, Sequence[str]], lengths: Mapping[str, int] | None = None
) -> list[Control]:
    """Every control of `ChatInput`, in drawing order.

    `choices` maps a path (`settings.model`) to the values that this server allows there,
    `lengths` to the greatest length, where that is less than the contract's.
    """
    found = _walk(ChatInput, "", choices)
    for control in found:
        control.max_length = (lengths or {}).get(control.path, control.max_length)
    return sorted(found, key=lambda control: control.order)


def _walk(kind: type[Any], prefix: str, choices: Mapping[str, Sequence[str]]) -> list[Control]:
    found: list[Control] = []
    for field in input_fields(kind):
        path, inner, required = prefix + field.name, field.field.type, True
        if isinstance(inner, StrawberryOptional):
            inner, required = inner.of_type, False
        if isinstance(inner, StrawberryList):
            inner = inner.of_type
        if hint := field.hint or _implied(field):
            found.append(_control(field, hint, path, inner, required, choices))
        elif isinstance(inner, type) and get_object_definition(inner):
            found += _walk(inner, f"{path}.", choices)
    return found


def _implied(field: InputField) -> ControlHint | None:
    """A number with a range is worth a slider, even if nobody thought of a label."""
    if field.range is None:
        return None
    label = re.sub(r"(?<!^)(?=[A-Z])", " ", field.name).capitalize()
    return ControlHint(kind=ControlKind.SLIDER, label=label, order=LAST)


def _control(
    field: InputField,
    hint: ControlHint,
    path: str,
    value_type: Any,
    required: bool,
    choices: Mapping[str, Sequence[str]],
) -> Control:
    span = field.range
    return Control(
        path=path,
        kind=hint.kind,
        label=hint.label,
        order=hint.order,
        description=field.field.description or "",
        value_type=_SCALAR_NAMES.get(value_type, "String"),
        required=required,
        min=span.min if span else None,
        max=span.max if span else None,
        step=span.step if span else None,
        max_length=field.length.max if field.length else None,
        choices=list(choices.get(path, ())),
    )
