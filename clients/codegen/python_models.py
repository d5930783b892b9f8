"""Writes `models.py`: one dataclass per answered type, unions told apart by `__typename`.

A union's member that the client doesn't know becomes an `Unknown…` value: its typename, its raw
JSON, and the fields that the documents select through interfaces.
"""

from graphql import (
    GraphQLAbstractType,
    GraphQLObjectType,
    GraphQLOutputType,
    is_abstract_type,
    is_non_null_type,
)

from clients.codegen.contract import Contract, ContractError
from clients.codegen.python_text import (
    DATACLASS,
    INDENT,
    class_head,
    constant,
    decoder,
    docstring,
    header,
    output_hint,
    snake,
    string,
)
from clients.codegen.selections import Fields, Selections, interfaces_of, members_of

FILE = "models.py"

_IMPORTS = """\
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal, TypeAlias

from .enums import *
from clients.python.wire import each, exact, optional"""


def generate(contract: Contract, selections: Selections) -> str:
    schema = contract.schema
    lines = [header("What the server answers."), _IMPORTS]
    for name, fields in sorted(selections.objects.items()):
        kind = schema.get_type(name)
        assert isinstance(kind, GraphQLObjectType)
        lines += ["", "", *_object(kind, fields)]
    for name, fields in sorted(selections.abstracts.items()):
        lines += ["", "", *_unknown(name, fields)]
    for name in sorted(selections.abstracts):
        abstract = schema.get_type(name)
        assert is_abstract_type(abstract)
        lines += ["", "", *_union(abstract, members_of(contract, selections, abstract))]
    for interface in interfaces_of(contract, selections):
        lines += ["", "", *_alias(interface, members_of(contract, selections, interface))]
    return "\n".join(lines) + "\n"


def names(contract: Contract, selections: Selections) -> list[str]:
    """What the module offers beside its readers."""
    unknown = [f"Unknown{name}" for name in selections.abstracts]
    interfaces = [kind.name for kind in interfaces_of(contract, selections)]
    found = [*selections.objects, *selections.abstracts, *unknown, *interfaces]
    if len(found) > len(set(found)):
        twice = ", ".join(sorted({name for name in found if found.count(name) > 1}))
        raise ContractError(f"{twice}: the name is taken by what stands for unknown members.")
    return sorted(found)


def _object(kind: GraphQLObjectType, fields: Fields) -> list[str]:
    lines = class_head(DATACLASS, kind.name, "", kind.description)
    lines += [f'{INDENT}typename: ClassVar[Literal["{kind.name}"]] = "{kind.name}"', ""]
    for name, type_ in fields.items():
        lines += [f"{INDENT}{snake(name)}: {output_hint(type_)}"]
        lines += docstring(kind.fields[name].description)
    lines += ["", "", f"def read_{snake(kind.name)}(data: Mapping[str, Any]) -> {kind.name}:"]
    lines += docstring(f"Reads `{kind.name}` from its JSON; fields of the future are ignored.")
    lines += [f"{INDENT}return {kind.name}("]
    lines += [f"{INDENT * 2}{snake(name)}={_read(name, t)}," for name, t in fields.items()]
    return [*lines, f"{INDENT})"]


def _read(name: str, type_: GraphQLOutputType) -> str:
    """A nullable field may be absent, so that what an older server said stays readable."""
    if not is_non_null_type(type_):
        return _read_if_there(name, type_)
    value, reader = f"data[{string(name)}]", decoder(type_)
    return f"{reader}({value})" if reader else value


def _unknown(name: str, fields: Fields) -> list[str]:
    told = f"A member of `{name}` that is newer than this client; what is None, it doesn't have."
    lines = class_head(DATACLASS, f"Unknown{name}", "", told)
    lines += [f"{INDENT}typename: str", f"{INDENT}raw: Mapping[str, Any]"]
    lines += [f"{INDENT}{snake(n)}: {output_hint(_nullable(t))}" for n, t in fields.items()]
    lines += ["", "", f"def read_unknown_{snake(name)}(data: Mapping[str, Any]) -> Unknown{name}:"]
    lines += [f"{INDENT}return Unknown{name}("]
    lines += [f'{INDENT * 2}typename=data.get("__typename", ""),', f"{INDENT * 2}raw=data,"]
    lines += [f"{INDENT * 2}{snake(n)}={_read_if_there(n, t)}," for n, t in fields.items()]
    return [*lines, f"{INDENT})"]


def _read_if_there(name: str, type_: GraphQLOutputType) -> str:
    value, reader = f"data.get({string(name)})", decoder(_nullable(type_))
    return f"{reader}({value})" if reader else value


def _nullable(type_: GraphQLOutputType) -> GraphQLOutputType:
    return type_.of_type if is_non_null_type(type_) else type_


def _union(kind: GraphQLAbstractType, members: list[str]) -> list[str]:
    lines = _alias(kind, [*members, f"Unknown{kind.name}"])
    table, result = f"_{constant(kind.name)}_READERS", kind.name
    lines += ["", f"{table}: dict[str, Callable[[Mapping[str, Any]], {result}]] = {{"]
    lines += [f'{INDENT}"{name}": read_{snake(name)},' for name in members]
    lines += ["}", "", "", f"def read_{snake(kind.name)}(data: Mapping[str, Any]) -> {result}:"]
    lines += docstring(f"The member that `__typename` names; `Unknown{kind.name}` for a new one.")
    lines += [f'{INDENT}reader = {table}.get(data["__typename"], read_unknown_{snake(kind.name)})']
    return [*lines, f"{INDENT}return reader(data)"]


def _alias(kind: GraphQLAbstractType, members: list[str]) -> list[str]:
    lines = [f"{kind.name}: TypeAlias = ("]
    lines += [f"{INDENT}{'| ' if at else ''}{name}" for at, name in enumerate(members)]
    return [*lines, ")", *docstring(kind.description, depth=0)]
