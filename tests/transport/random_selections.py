"""Random documents and random events of the real schema, for comparing two ways to encode them."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_composite_type,
)
from strawberry.types.base import get_object_definition

from api.contract.events import EVENTS
from api.contract.problems import PROBLEMS

TEXTS = ("", " word", 'quo"te', "line\nbreak", "\x00\x1f\\", "é 漢字 🦇", "</script>", "~1a2b3c4d")
LONGEST = 3_000
"""Characters of a text: more would now and then exceed what the server takes."""
ABSTRACT = GraphQLInterfaceType | GraphQLUnionType


@dataclass
class RandomDocument:
    """One subscription with fragments; `text` is a valid document, most of the time a plain one."""

    schema: GraphQLSchema
    source: random.Random
    variables: bool = False
    """Whether directives may use `$flag`."""
    _fragments: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        event = get_named_type(self._root("chat").type)
        alias = self.source.choice(("", "", "events: "))
        flag = ", $flag: Boolean! = true" if self.variables else ""
        if self.source.random() < 0.5:
            head = f"subscription S($input: ChatInput!{flag}) {{ {alias}chat(input: $input)"
        else:
            head = f"subscription S($id: ID!{flag}) {{ {alias}run(id: $id)"
        selected = self._set(event, 3)
        if self.variables:
            selected = f"{{ ... @include(if: $flag) {{ __typename }} {selected[1:]}"
        body = f"{head} {selected} }}"
        return "\n".join([body, *self._fragments.values()])

    def _root(self, name: str) -> GraphQLField:
        assert self.schema.subscription_type
        return self.schema.subscription_type.fields[name]

    def _set(self, type_: GraphQLNamedType, depth: int) -> str:
        chosen = [self._selection(type_, depth) for _ in range(self.source.randint(1, 4))]
        return "{ __typename " + " ".join(chosen) + " }"

    def _selection(self, type_: GraphQLNamedType, depth: int) -> str:
        fields = [] if isinstance(type_, GraphQLUnionType) else list(type_.fields.items())  # type: ignore[attr-defined]
        kind = self.source.random()
        if depth and kind < (0.9 if not fields else 0.3):
            return self._fragment(type_, depth)
        if not fields or kind > 0.95:
            return f"{self.source.choice(('', 'kind: ', 'a1: '))}__typename{self._directive()}"
        name, field_ = self.source.choice(fields)
        named = get_named_type(field_.type)
        if is_composite_type(named):
            if not depth:
                return "__typename"
            return f"{self._alias(name)}{name}{self._directive()} {self._set(named, depth - 1)}"
        return f"{self._alias(name)}{name}{self._directive()}"

    def _alias(self, name: str) -> str:
        """Derived from the name, so that one response key never means two fields."""
        return self.source.choice(("", "", f"{name}_again: ", f"_{name}: "))

    def _fragment(self, type_: GraphQLNamedType, depth: int) -> str:
        target = self.source.choice(self._related(type_))
        body = self._set(target, depth - 1)
        if self.source.random() < 0.5:
            condition = f" on {target.name}" if target is not type_ or depth % 2 else ""
            return f"...{condition}{self._directive()} {body}"
        name = f"F{len(self._fragments)}"
        self._fragments[name] = f"fragment {name} on {target.name} {body}"
        again = f" ...{name}" if self.source.random() < 0.2 else ""
        return f"...{name}{self._directive()}{again}"

    def _related(self, type_: GraphQLNamedType) -> list[GraphQLNamedType]:
        """Types whose fragments may be spread here."""
        if isinstance(type_, ABSTRACT):
            members = self.schema.get_possible_types(type_)
        else:
            assert isinstance(type_, GraphQLObjectType)
            members = (type_,)
        interfaces = {i.name: i for member in members for i in member.interfaces}
        return [type_, *members, *interfaces.values()]

    def _directive(self) -> str:
        if self.source.random() < 0.85:
            return ""
        name = self.source.choice(("skip", "include"))
        return f" @{name}(if: {self.source.choice(('true', 'false'))})"


def random_event(source: random.Random, broken: bool = False) -> Any:
    """An event as runs make them; a `broken` one holds a value that its field forbids."""
    event = random_object(source, source.choice(EVENTS))
    if broken:
        victim = event
        inner = [v for v in vars(event).values() if get_object_definition(v)]
        if inner and source.random() < 0.5:
            victim = source.choice(inner)
        name = source.choice(list(vars(victim)))
        setattr(victim, name, source.choice((None, "\ud800", 2**31, True, [], ValueError("no"))))
    return event


def random_object(source: random.Random, kind: type[Any]) -> Any:
    hints = get_type_hints(kind)
    return kind(**{name: _value(source, hint) for name, hint in hints.items()})


def _value(source: random.Random, hint: Any) -> Any:
    if get_origin(hint) is list:
        return [_value(source, get_args(hint)[0]) for _ in range(source.randint(0, 3))]
    options = get_args(hint)
    if options and get_origin(hint) in (Union, type(int | None)):
        return _value(source, source.choice(options))
    if hint is type(None):
        return None
    if isinstance(hint, type) and issubclass(hint, Enum):
        return source.choice(list(hint))
    if isinstance(hint, type) and get_object_definition(hint):
        members = [p for p in PROBLEMS if issubclass(p, hint)] or [hint]
        return random_object(source, source.choice(members))
    return _LEAVES.get(hint, _text)(source)


def _text(source: random.Random) -> str:
    return "".join(source.choices(TEXTS, k=source.randint(0, 4)))


def _moment(source: random.Random) -> datetime:
    micros = source.choice((0, source.randint(0, 999_999)))
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(
        seconds=source.randint(0, 10**8), microseconds=micros
    )


_LEAVES: Mapping[Any, Any] = {
    int: lambda source: source.choice((0, 1, -1, 2**31 - 1, -(2**31))),
    float: lambda source: source.choice((0.0, 0.1, 60.0, 1e-9, 1e22, -2.5)),
    bool: lambda source: source.random() < 0.5,
    Decimal: lambda source: Decimal(source.choice(("0", "0.000012300", "1E-7", "12.5"))),
    datetime: _moment,
}


def documents(schema: GraphQLSchema, count: int, seed: int) -> Iterator[tuple[str, bool]]:
    """Texts in a fixed random order, each with whether variables steer it: a tenth of them."""
    source = random.Random(seed)
    while count:
        variables = source.random() < 0.1
        text = RandomDocument(schema, source, variables).text()
        if len(text) < LONGEST:
            count -= 1
            yield text, variables
