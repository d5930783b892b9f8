"""The contract's controls and limits as data, in the form of `query controls`.

Introspection omits applied directives; they are read from the schema's syntax tree.
"""

import re
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
from clients.codegen.selections import Selections

LAST = 1000
"""Order of the controls that only a `@range` asks for."""

_SCALARS = {"Float", "Int", "String", "Boolean"}

Entry = tuple[str, GraphQLInputField, dict[str, dict[str, Any]]]
"""Path of an input field, the field, and what its directives say."""


def controls_of(contract: Contract, selections: Selections) -> list[dict[str, Any]]:
    """What a frontend offers, in drawing order: of each control the selected fields by name."""
    controls = sorted(_controls(_entries(contract, selections)), key=_place)
    kind = contract.schema.get_type("Control")
    assert isinstance(kind, GraphQLObjectType)
    fields = selections.objects["Control"]
    for name in fields:
        if is_non_null_type(fields[name]) and any(name not in control for control in controls):
            raise ContractError(f"Control.{name} is new: say in {__name__} where it comes from.")
    return [{name: control.get(name) for name in fields} for control in controls]


def length_limits_of(contract: Contract, selections: Selections) -> dict[str, int]:
    """Path in the input → greatest length that the server allows, ordered by path."""
    entries = _entries(contract, selections)
    found = {path: rule["length"]["max"] for path, _, rule in entries if rule["length"]}
    return dict(sorted(found.items()))


def _entries(contract: Contract, selections: Selections) -> list[Entry]:
    rules = _Rules(contract)
    return [entry for kind in _roots(selections) for entry in rules.of(kind, "")]


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


def _roots(selections: Selections) -> list[GraphQLInputObjectType]:
    """The input objects that operations take directly: paths begin below them."""
    below = {
        get_named_type(entry.type).name
        for kind in selections.inputs.values()
        for entry in kind.fields.values()
    }
    return [kind for name, kind in sorted(selections.inputs.items()) if name not in below]


def _controls(found: list[Entry]) -> Iterator[dict[str, Any]]:
    for path, entry, rule in found:
        hint = rule["control"] or _implied(path, rule["range"])
        if not hint:
            continue
        named = get_named_type(entry.type)
        yield {
            **hint,
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


def _implied(path: str, span: dict[str, Any]) -> dict[str, Any]:
    """A number with a `@range` is a slider though it has no `@control`, as on the server."""
    if not span:
        return {}
    label = re.sub(r"(?<!^)(?=[A-Z])", " ", path.rpartition(".")[2]).capitalize()
    return {"kind": "SLIDER", "label": label, "order": LAST}


def _place(control: dict[str, Any]) -> tuple[int, str]:
    return control["order"], control["path"]
