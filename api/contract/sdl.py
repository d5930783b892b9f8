"""Prints the contract as `schema.graphql`: sorted, so that a diff shows only what changed."""

from dataclasses import replace
from typing import Any

from graphql import Node, parse, print_ast, visit
from graphql.language import Visitor

_UNORDERED = ("fields", "arguments", "values", "types", "interfaces", "locations")
"""Parts of a definition whose order means nothing."""


def sorted_sdl(sdl: str) -> str:
    """The same document with definitions, fields, arguments and values in the order of names.

    graphql-core's `lexicographic_sort_schema` loses Strawberry's enums and applied directives,
    so the printed text is sorted instead of the schema.
    """
    document = visit(parse(sdl, no_location=True), _Sorter())
    ordered = sorted(document.definitions, key=lambda node: (node.kind, _name(node)))
    return print_ast(replace(document, definitions=tuple(ordered))).rstrip() + "\n"


class _Sorter(Visitor):
    def leave(self, node: Node, *_: Any) -> Node | None:
        parts = {part: getattr(node, part, None) for part in _UNORDERED}
        ordered: dict[str, Any] = {
            part: tuple(sorted(nodes, key=_name)) for part, nodes in parts.items() if nodes
        }
        return replace(node, **ordered) if ordered else None


def _name(node: Any) -> str:
    name = getattr(node, "name", node)
    return str(getattr(name, "value", name))
