"""Writes `Inputs.swift`: one structure per input type; what is nil stays out of the JSON."""

from graphql import GraphQLInputField, GraphQLInputObjectType, print_ast

from clients.codegen.contract import Contract
from clients.codegen.selections import Selections
from clients.codegen.swift_text import VALUE, Field, header, hint, optional, struct

FILE = "Inputs.swift"


def generate(contract: Contract, selections: Selections) -> str:
    lines = [header("What a client sends.")]
    for name, kind in sorted(selections.inputs.items()):
        lines += [*_struct(name, kind), ""]
    return "\n".join(lines)


def _struct(name: str, kind: GraphQLInputObjectType) -> list[str]:
    fields = [_field(field_name, entry) for field_name, entry in kind.fields.items()]
    return struct(name, VALUE, kind.description, fields, "var")


def _field(name: str, entry: GraphQLInputField) -> Field:
    swift_type, description = hint(entry.type), entry.description or ""
    default = entry.ast_node.default_value if entry.ast_node else None
    if default:
        swift_type = optional(swift_type)
    if default and print_ast(default) != "null":
        description = f"{description} Where absent: `{print_ast(default)}`.".strip()
    return name, swift_type, description
