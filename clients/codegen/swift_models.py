"""Writes `Models.swift`: one structure per answered type, and one per union's unknown members.

What a union's member doesn't select, and an unknown member doesn't have, is nil.
"""

from graphql import GraphQLObjectType, is_non_null_type

from clients.codegen.contract import Contract
from clients.codegen.selections import Fields, Selections
from clients.codegen.swift_text import (
    INDENT,
    VALUE,
    Field,
    header,
    hint,
    initializer,
    member,
    string,
    struct,
)

FILE = "Models.swift"


def generate(contract: Contract, selections: Selections) -> str:
    lines = [header("What the server answers.")]
    for name, fields in sorted(selections.objects.items()):
        kind = contract.schema.get_type(name)
        assert isinstance(kind, GraphQLObjectType)
        lines += [*_object(kind, fields), ""]
    for name, fields in sorted(selections.abstracts.items()):
        lines += [*_unknown(name, fields), ""]
    return "\n".join(lines)


def _object(kind: GraphQLObjectType, selected: Fields) -> list[str]:
    fields: list[Field] = [
        (name, hint(type_), kind.fields[name].description) for name, type_ in selected.items()
    ]
    return struct(kind.name, VALUE, kind.description, fields, "let")


def _unknown(name: str, selected: Fields) -> list[str]:
    fields: list[Field] = [("typename", "String", None)]
    for field_name, type_ in selected.items():
        inner = type_.of_type if is_non_null_type(type_) else type_
        fields.append((field_name, f"{hint(inner).removesuffix('?')}?", None))
    told = f"A member of `{name}` that is newer than this client; what is nil, it doesn't have."
    lines = struct(f"Unknown{name}", VALUE, told, fields, "let")
    keys = [f"{INDENT * 2}case typename = {string('__typename')}"]
    keys += [f"{INDENT * 2}case {member(field_name)}" for field_name in selected]
    at = len(lines) - len(initializer(fields)) - 1
    return [
        *lines[:at],
        f"{INDENT}enum CodingKeys: String, CodingKey {{",
        *keys,
        f"{INDENT}}}",
        "",
        *lines[at:],
    ]
