"""Writes `inputs.ts`: one interface per input type; what may be left out is optional."""

from graphql import GraphQLInputField, GraphQLInputObjectType, is_non_null_type, print_ast

from clients.codegen.contract import Contract
from clients.codegen.selections import Selections
from clients.codegen.typescript_text import INDENT, header, hint, imports, tsdoc

FILE = "inputs.ts"


def generate(contract: Contract, selections: Selections) -> str:
    lines = [header("What a client sends.")]
    sent = [entry.type for kind in selections.inputs.values() for entry in kind.fields.values()]
    lines += imports("enums", sent, selections.enums)
    for name, kind in sorted(selections.inputs.items()):
        lines += ["", *_interface(name, kind)]
    return "\n".join(lines) + "\n"


def _interface(name: str, kind: GraphQLInputObjectType) -> list[str]:
    lines = [*tsdoc(kind.description), f"export interface {name} {{"]
    for field_name, entry in kind.fields.items():
        lines += _field(field_name, entry)
    return [*lines, "}"]


def _field(name: str, entry: GraphQLInputField) -> list[str]:
    description = entry.description or ""
    default = entry.ast_node.default_value if entry.ast_node else None
    may_be_absent = default is not None or not is_non_null_type(entry.type)
    if default and print_ast(default) != "null":
        description = f"{description} Where absent: `{print_ast(default)}`.".strip()
    mark = "?" if may_be_absent else ""
    return [*tsdoc(description, 1), f"{INDENT}readonly {name}{mark}: {hint(entry.type)};"]
