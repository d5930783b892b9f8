"""Compares the contract with those that were released: `python -m scripts.contract_changes`.

The contract grows by addition. What older clients could notice is a break: what graphql-core finds,
another default, and rules on inputs that got stricter, which live in directives that it doesn't
look at. A union's new member must have an interface of the others, for older clients show that.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_directive_values,
    print_ast,
)
from graphql.utilities import find_breaking_changes

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "schema.graphql"
RELEASED = ROOT / "contracts"

Input = GraphQLInputField | GraphQLArgument


def breaks(older: str, newer: str) -> list[str]:
    """What a client of the older contract would notice of the newer one, a sentence each."""
    before, after = build_schema(older), build_schema(newer)
    return [
        *(f"{change.description}" for change in find_breaking_changes(before, after)),
        *_stricter_inputs(before, after),
        *_bare_members(before, after),
    ]


def _stricter_inputs(before: GraphQLSchema, after: GraphQLSchema) -> Iterator[str]:
    now = dict(_inputs(after))
    for place, old in _inputs(before):
        if place not in now:
            continue  # told as a field that was removed
        new = now[place]
        if _default(old) != _default(new):
            yield f"{place} had the default {_default(old)} and has {_default(new)}."
        old_rules, new_rules = _rules(before, old), _rules(after, new)
        for rule, sign in (("min", -1.0), ("max", 1.0), ("length", 1.0)):
            if sign * new_rules[rule] < sign * old_rules[rule]:
                told = f"its {rule} was {old_rules[rule]:g}, is {new_rules[rule]:g}"
                yield f"{place} got stricter: {told}."


def _bare_members(before: GraphQLSchema, after: GraphQLSchema) -> Iterator[str]:
    for name, old in before.type_map.items():
        new = after.type_map.get(name)
        if not (isinstance(old, GraphQLUnionType) and isinstance(new, GraphQLUnionType)):
            continue
        known = {interface.name for member in old.types for interface in member.interfaces}
        for member in new.types:
            added = member.name not in {each.name for each in old.types}
            if added and not known & {interface.name for interface in member.interfaces}:
                wanted = " or ".join(sorted(known)) or "an interface"
                yield f"{member.name} is new in {name} and does not implement {wanted}."


def _inputs(schema: GraphQLSchema) -> Iterator[tuple[str, Input]]:
    """Everything that a client may send, by its place in the schema."""
    for name, kind in schema.type_map.items():
        if name.startswith("__"):
            continue
        if isinstance(kind, GraphQLInputObjectType):
            yield from ((f"{name}.{field}", entry) for field, entry in kind.fields.items())
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in kind.fields.items():
                for argument, entry in field.args.items():
                    yield f"{name}.{field_name}({argument})", entry


def _default(entry: Input) -> str:
    assert entry.ast_node  # the schema was built from text
    value = entry.ast_node.default_value
    return print_ast(value) if value else "null"


def _rules(schema: GraphQLSchema, entry: Input) -> dict[str, float]:
    """The bounds of the value; infinite where there are none."""
    span, length = _directive(schema, "range", entry), _directive(schema, "length", entry)
    return {
        "min": span.get("min", float("-inf")),
        "max": span.get("max", float("inf")),
        "length": length.get("max", float("inf")),
    }


def _directive(schema: GraphQLSchema, name: str, entry: Input) -> dict[str, Any]:
    directive = schema.get_directive(name)
    assert entry.ast_node
    return (get_directive_values(directive, entry.ast_node) or {}) if directive else {}


def main() -> int:
    """Exit status: 1 where a client of a released contract would notice a change."""
    found = 0
    for released in sorted(RELEASED.glob("*.graphql")):
        told = breaks(released.read_text("utf-8"), SCHEMA.read_text("utf-8"))
        for sentence in told:
            print(f"Against contract {released.stem}: {sentence}", file=sys.stderr)
        found += len(told)
    if found:
        print("Clients of a released contract break; add beside what there is.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
