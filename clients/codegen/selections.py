"""Finds out what the documents select: which types a client meets, and which fields of each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLCompositeType,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLType,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    type_from_ast,
)

from clients.codegen.contract import Contract, ContractError

Fields = dict[str, GraphQLOutputType]
"""Field name → its type."""


@dataclass(slots=True)
class Selections:
    """Every type that the documents touch, by name, with what they select of it."""

    objects: dict[str, Fields] = field(default_factory=dict)
    abstracts: dict[str, Fields] = field(default_factory=dict)
    """Unions and interfaces, each with the fields that are selected whatever the member is."""
    enums: dict[str, GraphQLEnumType] = field(default_factory=dict)
    inputs: dict[str, GraphQLInputObjectType] = field(default_factory=dict)


def selections_of(contract: Contract) -> Selections:
    """What all operations together select; raises `ContractError` where they disagree on a type."""
    return _Reader(contract).read()


def members_of(contract: Contract, selections: Selections, kind: GraphQLAbstractType) -> list[str]:
    """Names of the kind's members that documents select fields of, ordered."""
    possible = {member.name for member in contract.schema.get_possible_types(kind)}
    return sorted(possible & selections.objects.keys())


def interfaces_of(contract: Contract, selections: Selections) -> list[GraphQLInterfaceType]:
    """Interfaces that are never a field's type, but that members of the unions implement."""
    met = {
        interface.name: interface
        for name in selections.objects
        for interface in getattr(contract.schema.get_type(name), "interfaces", ())
    }
    return [met[name] for name in sorted(met) if name not in selections.abstracts]


class _Selected(NamedTuple):
    name: str
    type: GraphQLOutputType | None
    """None for `__typename`."""
    below: SelectionSetNode | None


class _Reader:
    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._schema = contract.schema
        self._found = Selections()

    def read(self) -> Selections:
        for operation in self._contract.operations:
            for variable in operation.variable_definitions or ():
                kind = type_from_ast(self._schema, variable.type)
                assert kind is not None  # the document was validated
                self._meet_input(kind)
            root = self._contract.root_of(operation)
            self._below(self._flat(root, [operation.selection_set], root))
        return self._found

    def _meet_input(self, kind: GraphQLType) -> None:
        named = get_named_type(kind)
        if isinstance(named, GraphQLEnumType):
            self._found.enums[named.name] = named
        elif isinstance(named, GraphQLInputObjectType) and named.name not in self._found.inputs:
            self._found.inputs[named.name] = named
            for entry in named.fields.values():
                self._meet_input(entry.type)

    def _meet(self, kind: GraphQLCompositeType, sets: list[SelectionSetNode]) -> None:
        """Record a position of type `kind` that these selection sets describe, and those below."""
        if isinstance(kind, GraphQLObjectType):
            self._record(self._found.objects, kind.name, list(self._flat(kind, sets, kind)))
            return
        always = list(self._flat(kind, sets, None))
        if "__typename" not in {selected.name for selected in always}:
            raise ContractError(f"Select `__typename` wherever {kind.name} is selected.")
        self._record(self._found.abstracts, kind.name, always)
        for member in self._schema.get_possible_types(kind):
            self._meet(member, sets)

    def _record(self, known: dict[str, Fields], name: str, selected: list[_Selected]) -> None:
        fields = {s.name: s.type for s in sorted(selected, key=itemgetter(0)) if s.type is not None}
        earlier = known.setdefault(name, fields)
        if set(earlier) != set(fields):
            odd = ", ".join(sorted(set(earlier) ^ set(fields)))
            raise ContractError(
                f"{name} is selected in two ways (they differ in {odd}); "
                "spread one fragment in both places, so that it stays one type."
            )
        self._below(selected)

    def _below(self, selected: Iterable[_Selected]) -> None:
        sets: dict[str, tuple[GraphQLCompositeType, list[SelectionSetNode]]] = {}
        for name, type_, below in selected:
            named = get_named_type(type_)
            if isinstance(named, GraphQLEnumType):
                self._found.enums[named.name] = named
            elif is_composite_type(named) and below is not None:
                sets.setdefault(name, (named, []))[1].append(below)
        for kind, merged in sets.values():
            self._meet(kind, merged)

    def _flat(
        self,
        parent: GraphQLCompositeType,
        sets: list[SelectionSetNode],
        concrete: GraphQLObjectType | None,
    ) -> Iterator[_Selected]:
        """The fields selected of `concrete`; for None, of members that nobody knows yet."""
        for selection in (s for one in sets for s in one.selections):
            _refuse_conditions(selection)
            if isinstance(selection, FieldNode):
                yield _selected(parent, selection)
                continue
            target, inner = self._opened(parent, selection)
            if self._applies(target, concrete):
                yield from self._flat(target, [inner], concrete)

    def _opened(
        self, parent: GraphQLCompositeType, selection: SelectionNode
    ) -> tuple[GraphQLCompositeType, SelectionSetNode]:
        if isinstance(selection, FragmentSpreadNode):
            fragment = self._contract.fragments[selection.name.value]
            condition, inner = fragment.type_condition.name.value, fragment.selection_set
        else:
            assert isinstance(selection, InlineFragmentNode)
            inner = selection.selection_set
            if selection.type_condition is None:
                return parent, inner
            condition = selection.type_condition.name.value
        target = self._schema.get_type(condition)
        assert is_composite_type(target)
        return target, inner

    def _applies(self, target: GraphQLCompositeType, concrete: GraphQLObjectType | None) -> bool:
        if concrete is None:
            return is_abstract_type(target)
        if isinstance(target, GraphQLObjectType):
            return target is concrete
        return self._schema.is_sub_type(target, concrete)


def _selected(parent: GraphQLCompositeType, node: FieldNode) -> _Selected:
    name = node.name.value
    if name == "__typename" or isinstance(parent, GraphQLUnionType):
        return _Selected(name, None, None)
    return _Selected(name, parent.fields[name].type, node.selection_set)


def _refuse_conditions(selection: SelectionNode) -> None:
    if getattr(selection, "alias", None) is not None:
        raise ContractError("Aliases are not used: one field name means one thing.")
    if selection.directives:
        raise ContractError("`@skip` and `@include` are not used: a type always has its fields.")
