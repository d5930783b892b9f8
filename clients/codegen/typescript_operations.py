"""Writes `operations.ts`: each document with the types of its variables and its answer."""

from graphql import (
    GraphQLField,
    GraphQLType,
    OperationDefinitionNode,
    VariableDefinitionNode,
    is_non_null_type,
    type_from_ast,
)
from graphql.language import FieldNode

from clients.codegen.contract import Contract
from clients.codegen.selections import Selections
from clients.codegen.typescript_text import (
    INDENT,
    header,
    hint,
    imports,
    lower,
    string,
    template,
    tsdoc,
)

FILE = "operations.ts"

_OPERATION = """\
/** A document to send, with the types of its variables and of its answer. */
export interface Operation<Answer, Variables> {
  readonly name: string;
  /** The root field that it selects: the answer is found there. */
  readonly field: string;
  readonly document: string;
  /** Never there: it carries the types. */
  readonly types?: (variables: Variables) => Answer;
}"""


def generate(contract: Contract, selections: Selections) -> str:
    lines = [header("The shared documents, each with its types."), *_imports(contract, selections)]
    lines += ["", _OPERATION]
    for operation in contract.operations:
        lines += ["", *_operation(contract, operation)]
    return "\n".join(lines) + "\n"


def _imports(contract: Contract, selections: Selections) -> list[str]:
    types: list[GraphQLType] = [_root(contract, o).type for o in contract.operations]
    types += [_sent(contract, v) for o in contract.operations for v in _variables_of(o)]
    return [
        *imports("enums", types, selections.enums),
        *imports("inputs", types, selections.inputs),
        *imports("models", types, selections.objects.keys() | selections.abstracts.keys()),
    ]


def _operation(contract: Contract, operation: OperationDefinitionNode) -> list[str]:
    assert operation.name
    name, root = operation.name.value, _root(contract, operation)
    field = operation.selection_set.selections[0]
    assert isinstance(field, FieldNode)
    types = f"{hint(root.type)}, {_variables(contract, operation)}"
    return [
        *tsdoc(root.description),
        f"export const {lower(name)}: Operation<{types}> = {{",
        f"{INDENT}name: {string(name)},",
        f"{INDENT}field: {string(field.name.value)},",
        f"{INDENT}document: {template(contract.text_of(operation))},",
        "};",
    ]


def _root(contract: Contract, operation: OperationDefinitionNode) -> GraphQLField:
    field = operation.selection_set.selections[0]
    assert isinstance(field, FieldNode)
    root: GraphQLField = contract.root_of(operation).fields[field.name.value]
    return root


def _variables(contract: Contract, operation: OperationDefinitionNode) -> str:
    variables = [_variable(contract, variable) for variable in _variables_of(operation)]
    return f"{{ {'; '.join(variables)} }}" if variables else "Record<string, never>"


def _variables_of(operation: OperationDefinitionNode) -> tuple[VariableDefinitionNode, ...]:
    return tuple(operation.variable_definitions or ())


def _variable(contract: Contract, variable: VariableDefinitionNode) -> str:
    kind = _sent(contract, variable)
    may_be_absent = variable.default_value is not None or not is_non_null_type(kind)
    return f"{variable.variable.name.value}{'?' if may_be_absent else ''}: {hint(kind)}"


def _sent(contract: Contract, variable: VariableDefinitionNode) -> GraphQLType:
    kind = type_from_ast(contract.schema, variable.type)
    assert kind is not None  # the document was validated
    return kind
