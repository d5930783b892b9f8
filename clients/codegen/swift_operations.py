"""Writes `Operations.swift`: one structure per document, which holds its variables."""

from graphql import OperationDefinitionNode, OperationType, VariableDefinitionNode, type_from_ast
from graphql.language import FieldNode

from clients.codegen.contract import Contract
from clients.codegen.selections import Selections
from clients.codegen.swift_text import (
    INDENT,
    Field,
    doc,
    document,
    header,
    hint,
    initializer,
    member,
    optional,
    string,
)

FILE = "Operations.swift"

_KINDS = {
    OperationType.QUERY: "Query",
    OperationType.MUTATION: "Mutation",
    OperationType.SUBSCRIPTION: "Subscription",
}


def generate(contract: Contract, selections: Selections) -> str:
    lines = [header("The shared documents, each with its variables and its answer.")]
    for operation in contract.operations:
        lines += [*_operation(contract, operation), ""]
    return "\n".join(lines)


def _operation(contract: Contract, operation: OperationDefinitionNode) -> list[str]:
    assert operation.name
    field = operation.selection_set.selections[0]
    assert isinstance(field, FieldNode)
    name, root = operation.name.value, contract.root_of(operation).fields[field.name.value]
    variables = [_variable(contract, v) for v in operation.variable_definitions or ()]
    request = f"{name}{_KINDS[operation.operation]}"
    lines = [*doc(root.description), f"public struct {request}: Operation {{"]
    lines += [f"{INDENT}public typealias Answer = {hint(root.type)}"]
    lines += [f"{INDENT}public static let name = {string(name)}"]
    lines += [f"{INDENT}public static let field = {string(field.name.value)}"]
    lines += [f'{INDENT}public static let document = """']
    lines += document(contract.text_of(operation), 2)
    lines += [f"{INDENT}public var {member(sent)}: {type_}" for sent, type_, _ in variables]
    return [*lines, "", *initializer(variables), "}"]


def _variable(contract: Contract, variable: VariableDefinitionNode) -> Field:
    kind = type_from_ast(contract.schema, variable.type)
    assert kind is not None  # the document was validated
    swift_type = hint(kind)
    if variable.default_value is not None:
        swift_type = optional(swift_type)
    return variable.variable.name.value, swift_type, None
