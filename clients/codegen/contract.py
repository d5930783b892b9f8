"""Reads the schema and the shared documents, and refuses what cannot be turned into types."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from graphql import (
    DefinitionNode,
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    Source,
    build_schema,
    parse,
    print_ast,
    validate,
)
from graphql.language import Visitor, visit

Definition = TypeVar("Definition", bound=DefinitionNode)


class ContractError(Exception):
    """A document doesn't fit the schema or the generators; `str()` names file, line and fault."""


@dataclass(frozen=True, slots=True)
class Contract:
    """The schema with the operations that the frontends send, ordered by name."""

    schema: GraphQLSchema
    operations: tuple[OperationDefinitionNode, ...]
    fragments: dict[str, FragmentDefinitionNode]

    def root_of(self, operation: OperationDefinitionNode) -> GraphQLObjectType:
        """The type that the operation's first selection belongs to."""
        root = self.schema.get_root_type(operation.operation)
        assert root is not None  # validated when the contract was read
        return root

    def text_of(self, operation: OperationDefinitionNode) -> str:
        """The document to send: the operation with the fragments that it needs.

        Printed canonically, so that a client which parses and prints it again sends the same bytes.
        """
        needed = _Spreads(self.fragments).below(operation)
        parts = [operation, *(self.fragments[name] for name in sorted(needed))]
        return print_ast(DocumentNode(definitions=tuple(parts)))


def read_contract(schema: Path, operations: Path) -> Contract:
    """The contract of a schema file and a folder of documents; raises `ContractError`."""
    try:
        built = build_schema(Source(schema.read_text("utf-8"), schema.name))
        parsed = [_parsed(path) for path in sorted(operations.glob("*.graphql"))]
    except GraphQLError as error:
        raise ContractError(_sentence(error)) from None
    definitions = tuple(node for document in parsed for node in document.definitions)
    faults = validate(built, DocumentNode(definitions=definitions))
    if faults:
        raise ContractError("\n".join(_sentence(fault) for fault in faults))
    contract = Contract(
        schema=built,
        operations=tuple(_sorted_by_name(definitions, OperationDefinitionNode)),
        fragments={f.name.value: f for f in _sorted_by_name(definitions, FragmentDefinitionNode)},
    )
    for operation in contract.operations:
        _refuse_what_has_no_type(operation)
    return contract


def _parsed(path: Path) -> DocumentNode:
    return parse(Source(path.read_text("utf-8"), path.name))


def _sorted_by_name(
    definitions: tuple[DefinitionNode, ...], kind: type[Definition]
) -> list[Definition]:
    found = [node for node in definitions if isinstance(node, kind)]
    return sorted(found, key=lambda node: node.name.value if node.name else "")  # type: ignore[attr-defined]


def _refuse_what_has_no_type(operation: OperationDefinitionNode) -> None:
    if operation.name is None:
        raise ContractError("An operation has no name; give it one, it becomes a function.")
    if len(operation.selection_set.selections) != 1:
        raise ContractError(
            f"{operation.name.value} selects several root fields; write one operation for each."
        )


def _sentence(error: GraphQLError) -> str:
    place = ""
    if error.source and error.locations:
        place = f"{error.source.name}:{error.locations[0].line}: "
    return f"{place}{error.message}"


class _Spreads(Visitor):
    """Collects the names of the fragments that a definition spreads, at any depth."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        super().__init__()
        self._fragments = fragments
        self._found: set[str] = set()

    def below(self, node: Node) -> set[str]:
        visit(node, self)
        return self._found

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        if node.name.value not in self._found:
            self._found.add(node.name.value)
            visit(self._fragments[node.name.value], self)
