"""Makes an older contract of ours: schema and documents without what came later."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from graphql import FieldNode, InlineFragmentNode, Node, parse, print_ast
from graphql.language import REMOVE, Visitor, visit

from tests.codegen.generating import OPERATIONS, SCHEMA

LISTS = ("fields", "values", "types")
"""What a definition holds: an object's fields, an enum's values, a union's members."""


def older_contract(folder: Path, later: Iterable[str]) -> tuple[Path, Path]:
    """Schema and operations in this folder, without these `Type`s and `Type.member`s."""
    names = frozenset(later)
    schema, operations = folder / "schema.graphql", folder / "operations"
    operations.mkdir(parents=True)
    schema.write_text(_older(SCHEMA, _OlderSchema(names)), "utf-8")
    for path in OPERATIONS.glob("*.graphql"):
        (operations / path.name).write_text(_older(path, _OlderDocument(names)), "utf-8")
    return schema, operations


def _older(path: Path, visitor: Visitor) -> str:
    return print_ast(visit(parse(path.read_text("utf-8")), visitor))


class _OlderSchema(Visitor):
    def __init__(self, later: frozenset[str]) -> None:
        super().__init__()
        self._later = later

    def enter(self, node: Node, *_: object) -> object:
        name = getattr(getattr(node, "name", None), "value", None)
        if not node.kind.endswith("_definition") or name is None:
            return None
        if name in self._later:
            return REMOVE
        held = {name: getattr(node, name) for name in LISTS if getattr(node, name, None)}
        kept = {
            held_as: tuple(each for each in members if not self._came_later(name, each))
            for held_as, members in held.items()
        }
        return replace(node, **kept) if kept != held else None

    def _came_later(self, owner: str, member: Any) -> bool:
        return bool({member.name.value, f"{owner}.{member.name.value}"} & self._later)


class _OlderDocument(Visitor):
    """Fields of objects are told by their name alone: take ones that no other type has."""

    def __init__(self, later: frozenset[str]) -> None:
        super().__init__()
        owners = {
            d.name.value for d in parse(SCHEMA.read_text("utf-8")).definitions if _selected(d)
        }
        parts = [name.partition(".") for name in later]
        self._types = {owner for owner, _, member in parts if not member}
        self._fields = {member for owner, _, member in parts if member and owner in owners}

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: object) -> object:
        condition = node.type_condition
        return REMOVE if condition and condition.name.value in self._types else None

    def enter_field(self, node: FieldNode, *_: object) -> object:
        return REMOVE if node.name.value in self._fields else None


def _selected(definition: Node) -> bool:
    return definition.kind == "object_type_definition"
