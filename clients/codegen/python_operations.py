"""Writes `operations.py`: each document as a constant, and a typed function for its request."""

from graphql import (
    OperationDefinitionNode,
    VariableDefinitionNode,
    is_non_null_type,
    type_from_ast,
)
from graphql.language import FieldNode

from clients.codegen.contract import Contract
from clients.codegen.python_text import (
    INDENT,
    constant,
    decoder,
    docstring,
    header,
    input_hint,
    output_hint,
    snake,
    string,
)
from clients.codegen.selections import Selections

FILE = "operations.py"

_IMPORTS = """\
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from .enums import *
from .inputs import *
from .models import *
from clients.python.wire import UNSET, Request, Unset, each, exact, optional"""


def generate(contract: Contract, selections: Selections) -> str:
    lines = [header("The shared documents, each with a function for its request."), _IMPORTS]
    for operation in contract.operations:
        lines += ["", "", *_document(contract, operation)]
        lines += ["", "", *_function(contract, operation)]
    return "\n".join(lines) + "\n"


def _document(contract: Contract, operation: OperationDefinitionNode) -> list[str]:
    text = contract.text_of(operation).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    assert operation.name
    return [f'{constant(operation.name.value)} = """\\', f'{text}"""']


def _function(contract: Contract, operation: OperationDefinitionNode) -> list[str]:
    assert operation.name
    field = operation.selection_set.selections[0]
    assert isinstance(field, FieldNode)
    name, root = operation.name.value, contract.root_of(operation).fields[field.name.value]
    result = f"Request[{output_hint(root.type)}]"
    lines = [f"def {snake(name)}({_parameters(contract, operation)}) -> {result}:"]
    lines += [*docstring(root.description), f"{INDENT}return Request("]
    lines += [f"{INDENT * 2}name={string(name)},", f"{INDENT * 2}document={constant(name)},"]
    sent = [v.variable.name.value for v in operation.variable_definitions or ()]
    variables = ", ".join(f"{string(wire)}: {snake(wire)}" for wire in sent)
    reader = decoder(root.type) or "(lambda value: value)"
    lines += [f"{INDENT * 2}variables={{{variables}}},"]
    lines += [f"{INDENT * 2}field={string(field.name.value)},"]
    return [*lines, f"{INDENT * 2}read={reader},", f"{INDENT})"]


def _parameters(contract: Contract, operation: OperationDefinitionNode) -> str:
    variables = [_parameter(contract, v) for v in operation.variable_definitions or ()]
    return ", ".join(["*", *variables]) if variables else ""


def _parameter(contract: Contract, variable: VariableDefinitionNode) -> str:
    kind = type_from_ast(contract.schema, variable.type)
    assert kind is not None  # the document was validated
    hint, name = input_hint(kind), snake(variable.variable.name.value)
    if variable.default_value or not is_non_null_type(kind):
        return f"{name}: {hint} | Unset = UNSET"
    return f"{name}: {hint}"
