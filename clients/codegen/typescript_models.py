"""Writes `models.ts`: one interface per answered type, unions told apart by `__typename`.

A union's member that the client doesn't know is an `Unknown…`: the fields that the documents
select through interfaces, each of which may be absent.
"""

from graphql import GraphQLAbstractType, GraphQLObjectType, is_abstract_type, is_non_null_type

from clients.codegen.contract import Contract
from clients.codegen.selections import Fields, Selections, interfaces_of, members_of
from clients.codegen.typescript_text import INDENT, header, hint, imports, string, tsdoc

FILE = "models.ts"

OTHER = "%other"
"""No type's name: it stands for all that are not known, as in Relay's types."""


def generate(contract: Contract, selections: Selections) -> str:
    lines = [header("What the server answers.")]
    objects = [*selections.objects.values(), *selections.abstracts.values()]
    answered = [type_ for fields in objects for type_ in fields.values()]
    lines += imports("enums", answered, selections.enums)
    told = {m for name in selections.abstracts for m in _members(contract, selections, name)}
    for name, fields in sorted(selections.objects.items()):
        kind = contract.schema.get_type(name)
        assert isinstance(kind, GraphQLObjectType)
        lines += ["", *_object(kind, fields, tagged=name in told)]
    for name, fields in sorted(selections.abstracts.items()):
        lines += ["", *_unknown(name, fields)]
    for name in sorted(selections.abstracts):
        members = [*_members(contract, selections, name), f"Unknown{name}"]
        lines += ["", *_union(_abstract(contract, name), members)]
    for interface in interfaces_of(contract, selections):
        lines += ["", *_union(interface, members_of(contract, selections, interface))]
    return "\n".join(lines) + "\n"


def _abstract(contract: Contract, name: str) -> GraphQLAbstractType:
    kind = contract.schema.get_type(name)
    assert is_abstract_type(kind)
    return kind


def _members(contract: Contract, selections: Selections, name: str) -> list[str]:
    return members_of(contract, selections, _abstract(contract, name))


def _object(kind: GraphQLObjectType, fields: Fields, tagged: bool) -> list[str]:
    lines = [*tsdoc(kind.description), f"export interface {kind.name} {{"]
    lines += [f"{INDENT}readonly __typename: {string(kind.name)};"] if tagged else []
    for name, type_ in fields.items():
        lines += tsdoc(kind.fields[name].description, 1)
        lines += [f"{INDENT}readonly {name}: {hint(type_)};"]
    return [*lines, "}"]


def _unknown(name: str, fields: Fields) -> list[str]:
    lines = tsdoc(f"A member of `{name}` that is newer than this client.")
    lines += [f"export interface Unknown{name} {{"]
    lines += tsdoc(f"Its own name; `{OTHER}` stands for every name that isn't known here.", 1)
    lines += [f"{INDENT}readonly __typename: {string(OTHER)};"]
    for field_name, type_ in fields.items():
        inner = type_.of_type if is_non_null_type(type_) else type_
        lines += [f"{INDENT}readonly {field_name}?: {hint(inner)};"]
    return [*lines, "}"]


def _union(kind: GraphQLAbstractType, members: list[str]) -> list[str]:
    lines = [*tsdoc(kind.description), f"export type {kind.name} ="]
    return [*lines, *(f"{INDENT}| {name}" for name in members[:-1]), f"{INDENT}| {members[-1]};"]
