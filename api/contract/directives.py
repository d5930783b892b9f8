"""Rules and hints for frontends, applied to input fields as schema directives.

The same directive that a frontend draws is enforced by the server (`api/contract/rules.py`), and
served as data by `query controls`, because introspection omits applied directives.
"""

from enum import Enum

import strawberry
from strawberry.schema_directive import Location

LAST = 1000
"""Order of the controls that only a `@range` asks for."""

_INPUTS = [Location.INPUT_FIELD_DEFINITION, Location.ARGUMENT_DEFINITION]


@strawberry.enum(description="How a frontend draws a control.")
class ControlKind(Enum):
    TEXT = strawberry.enum_value("TEXT", description="One line of text.")
    TEXT_AREA = strawberry.enum_value("TEXT_AREA", description="Several lines of text.")
    SLIDER = strawberry.enum_value("SLIDER", description="A number between `min` and `max`.")
    NUMBER = strawberry.enum_value("NUMBER", description="A number that is typed.")
    CHOICE = strawberry.enum_value("CHOICE", description="One of `choices`.")
    SWITCH = strawberry.enum_value("SWITCH", description="On or off.")


@strawberry.schema_directive(
    locations=_INPUTS,
    name="range",
    description="The number lies between `min` and `max`. Without `@control` it is a slider, "
    "named after the field, below those that have one.",
)
class Range:
    min: float = strawberry.field(name="min", description="Smallest value allowed.")
    max: float = strawberry.field(name="max", description="Greatest value allowed.")
    step: float | None = strawberry.field(
        name="step", default=None, description="Step of a slider; it is a hint, not a rule."
    )


@strawberry.schema_directive(
    locations=_INPUTS,
    name="length",
    description="The text has at most `max` characters, or the list at most `max` entries.",
)
class Length:
    max: int = strawberry.field(
        name="max", description="Greatest number of characters (Unicode code points) or entries."
    )


@strawberry.schema_directive(
    locations=_INPUTS, name="control", description="How a frontend offers this field to a person."
)
class ControlHint:
    kind: ControlKind = strawberry.field(name="kind", description="The kind of control to draw.")
    label: str = strawberry.field(name="label", description="Its label, in English.")
    order: int = strawberry.field(
        name="order", description="Its place among the controls, lowest first."
    )
