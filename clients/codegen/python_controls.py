"""Writes `controls.py`: directives of input fields as data, in the form of `query controls`.

Introspection omits applied directives; they are read from the schema's syntax tree.
"""

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_directive_values,
    get_named_type,
    is_non_null_type,
    is_required_input_field,
)

from clients.codegen.contract import Contract, ContractError
from clients.codegen.python_text import INDENT, docstring, header, snake, string
from clients.codegen.selections import Fields, Selections

FILE = "controls.py"

_IMPORTS = """\
from .enums import ControlKind
from .models import Control"""

_SCALARS = {"Float", "Int", "String", "Boolean"}


def generate(contract: Contract, selections: Selections) -> str:
    rules = _Rules(contract)
    found = [entry for kind in _roots(contract, selections) for entry in rules.of(kind, "")]
    controls = sorted(_controls(found), key=lambda control: (control["order"], control["path"]))
    limits = {path: rule["length"]["max"] for path, _, rule in found if rule["length"]}
    lines = [header("The contract's controls and limits."), _IMPORTS]
    lines += ["", "CONTROLS: tuple[Control, ...] = ("]
    for control in controls:
        lines += _literal(control, selections.objects["Control"], contract)
    lines += [")", *docstring("What a frontend offers to a person, in drawing order.", 0)]
    lines += ["", "LENGTH_LIMITS: dict[str, int] = {"]
    lines += [f"{INDENT}{string(path)}: {limits[path]}," for path in sorted(limits)]
    lines += ["}", *docstring("Path in the input → greatest length that the server allows.", 0)]
    return "\n".join(lines) + "\n"


Entry = tuple[str, GraphQLInputField, dict[str, dict[str, Any]]]
"""Path of an input field, the field, and what its directives say."""


class _Rules:
    """Reads `@range`, `@length` and `@control` of input fields, at any depth."""

    def __init__(self, contract: Contract) -> None:
        names = ("range", "length", "control")
        self._directives = {name: contract.schema.get_directive(name) for name in names}

    def of(self, kind: GraphQLInputObjectType, prefix: str) -> Iterator[Entry]:
        for name, entry in kind.fields.items():
            path, named = f"{prefix}{name}", get_named_type(entry.type)
            yield path, entry, self._values(entry)
            if isinstance(named, GraphQLInputObjectType):
                yield from self.of(named, f"{path}.")

    def _values(self, entry: GraphQLInputField) -> dict[str, dict[str, Any]]:
        assert entry.ast_node  # the schema was built from text
        return {
            name: (get_directive_values(directive, entry.ast_node) or {}) if directive else {}
            for name, directive in self._directives.items()
        }


def _roots(contract: Contract, selections: Selections) -> list[GraphQLInputObjectType]:
    """The input objects that operations take directly: paths begin below them."""
    below = {
        get_named_type(entry.type).name
        for kind in selections.inputs.values()
        for entry in kind.fields.values()
    }
    return [kind for name, kind in sorted(selections.inputs.items()) if name not in below]


def _controls(found: list[Entry]) -> Iterator[dict[str, Any]]:
    for path, entry, rule in found:
        if not rule["control"]:
            continue
        named = get_named_type(entry.type)
        yield {
            **rule["control"],
            "path": path,
            "description": entry.description or "",
            "valueType": named.name if named.name in _SCALARS else "String",
            "required": is_required_input_field(entry),
            "min": rule["range"].get("min"),
            "max": rule["range"].get("max"),
            "step": rule["range"].get("step"),
            "maxLength": rule["length"].get("max"),
            "choices": list(named.values) if isinstance(named, GraphQLEnumType) else [],
        }


def _literal(control: dict[str, Any], fields: Fields, contract: Contract) -> list[str]:
    kind = contract.schema.get_type("Control")
    assert isinstance(kind, GraphQLObjectType)
    lines = [f"{INDENT}Control("]
    for name, type_ in fields.items():
        if name not in control and is_non_null_type(type_):
            raise ContractError(f"Control.{name} is new: say in {__name__} where it comes from.")
        lines.append(f"{INDENT * 2}{snake(name)}={_value(name, control.get(name))},")
    return [*lines, f"{INDENT}),"]


def _value(name: str, value: Any) -> str:
    if name == "kind":
        return f"ControlKind.{value}"
    if isinstance(value, list):
        return f"[{', '.join(string(item) for item in value)}]"
    return string(value) if isinstance(value, str) else repr(value)
