"""Writes `inputs.py`: one dataclass per input type; what is not set stays out of the JSON."""

from graphql import GraphQLInputField, GraphQLInputObjectType, is_non_null_type, print_ast

from clients.codegen.contract import Contract
from clients.codegen.python_text import (
    DATACLASS,
    INDENT,
    class_head,
    docstring,
    header,
    input_hint,
    snake,
    string,
)
from clients.codegen.selections import Selections

FILE = "inputs.py"

_IMPORTS = """\
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from .enums import *
from clients.python.wire import UNSET, Unset, json_object"""


def generate(contract: Contract, selections: Selections) -> str:
    lines = [header("What a client sends."), _IMPORTS]
    for name, kind in sorted(selections.inputs.items()):
        lines += ["", "", *_class(name, kind)]
    return "\n".join(lines) + "\n"


def _class(name: str, kind: GraphQLInputObjectType) -> list[str]:
    lines = class_head(DATACLASS, name, "", kind.description)
    for field_name, entry in kind.fields.items():
        lines += _field(field_name, entry)
    lines += ["", f"{INDENT}def to_json(self) -> dict[str, Any]:"]
    lines += [f'{INDENT * 2}"""The fields that are set, as GraphQL expects them."""']
    lines += [f"{INDENT * 2}return json_object(", f"{INDENT * 3}{{"]
    for field_name in kind.fields:
        lines.append(f"{INDENT * 4}{string(field_name)}: self.{snake(field_name)},")
    return [*lines, f"{INDENT * 3}}}", f"{INDENT * 2})"]


def _field(name: str, entry: GraphQLInputField) -> list[str]:
    hint, description = input_hint(entry.type), entry.description or ""
    default = entry.ast_node.default_value if entry.ast_node else None
    if default or not is_non_null_type(entry.type):
        hint = f"{hint} | Unset = UNSET"
    if default and print_ast(default) != "null":
        description = f"{description} Where absent: `{print_ast(default)}`.".strip()
    return [f"{INDENT}{snake(name)}: {hint}", *docstring(description)]
