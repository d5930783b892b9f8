"""Selection sets, compiled once per document into functions from a subscription's event, or from
what a mutation returned, to JSON.

graphql-core walks the document again for every event, which costs ten times what an event's
other way to the client does. What is selected of the run's events is plain (attributes, no
arguments, no code), so it is known beforehand. Whatever isn't provably plain is left to
graphql-core: at once, by `compiled` returning None, or for one event, by a `NotPlainError`.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import partial
from operator import attrgetter, call
from typing import Any, NoReturn
from uuid import UUID

import msgspec
from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLID,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLString,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionSetNode,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import (
    FieldDetailsList,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from api.transport.json_text import encoded

Encode = Callable[[Any], bytes]
"""From a Python value to JSON. Raises one of `NOT_PLAIN` where only graphql-core can tell."""

DEFINITION = "strawberry-definition"
"""Where Strawberry keeps the Python side of a GraphQL type or field."""

_CONSTANT_DIRECTIVES = ("skip", "include")
_PLAIN_LEAVES = (str, int, float, bool, datetime, date, time, Decimal, UUID)
LEAST_INT, GREATEST_INT = -(2**31), 2**31 - 1
_NULL = b"null"
_encode = msgspec.json.Encoder().encode


class NotPlainError(Exception):
    """The outcome is not known without graphql-core."""


NOT_PLAIN = (NotPlainError, GraphQLError, AttributeError, LookupError, TypeError, ValueError)
"""What an `Encode` raises for a value that is not as plain as its type: a null where none may
be, a text that UTF-8 cannot carry, a number out of range."""


def compiled(executor: Executor[Any]) -> Encode | None:
    """From an event of the executor's subscription to its whole result, `{"data": …}`.

    None where the document needs graphql-core. It does not depend on the variables' values.
    """
    try:
        return _Compiler(executor).result()
    except NOT_PLAIN:
        return None


def compiled_answer(executor: Executor[Any]) -> Encode | None:
    """From what the executor's mutation returned to its JSON; None as with `compiled`, and where
    the document asks for several things."""
    try:
        return _Compiler(executor).answer()
    except NOT_PLAIN:
        return None


class _Compiler:
    def __init__(self, executor: Executor[Any]) -> None:
        self._executor = executor
        self._schema = executor.schema

    def result(self) -> Encode:
        key, type_, details = self._root(self._schema.subscription_type)
        head = f'{{"data":{{"{key}":'.encode()
        shown = type_.of_type if isinstance(type_, GraphQLNonNull) else None
        if members := self._members(shown, details):
            # As below, a call shorter: each token passes here.
            return lambda event: b"%b%b}}" % (head, members[type(event)](event))
        value = self._value(type_, details)
        return lambda event: b"%b%b}}" % (head, value(event))

    def answer(self) -> Encode:
        _, type_, details = self._root(self._schema.mutation_type)
        return self._value(type_, details)

    def _root(
        self, root: GraphQLObjectType | None
    ) -> tuple[str, GraphQLOutputType, FieldDetailsList]:
        """Response key, type and details of the only field that is asked for."""
        self._check_document()
        if root is None or self._executor.middleware_manager:
            raise NotPlainError
        run = self._executor
        fields = collect_fields(
            self._schema, run.fragments, run.variable_values, root, run.operation
        )
        ((key, details),) = fields.grouped_field_set.items()
        field = root.fields[details[0].node.name.value]
        if field.extensions[DEFINITION].extensions:
            raise NotPlainError
        return key, field.type, details

    def _check_document(self) -> None:
        """Raise where anything but constant `@skip` and `@include` steers the selection."""
        fragments = [fragment.definition for fragment in self._executor.fragments.values()]
        if any(f.directives or f.variable_definitions for f in fragments):
            raise NotPlainError
        if self._executor.operation.directives:
            raise NotPlainError
        for definition in (self._executor.operation, *fragments):
            for node in _selections(definition.selection_set):
                if not _is_constant(node):
                    raise NotPlainError

    def _value(self, type_: GraphQLOutputType, details: FieldDetailsList) -> Encode:
        if isinstance(type_, GraphQLNonNull):
            return self._present(type_.of_type, details)
        present = self._present(type_, details)
        return lambda value: _NULL if value is None else present(value)

    def _present(self, type_: GraphQLOutputType, details: FieldDetailsList) -> Encode:
        """For a value that is not null: the encoder refuses None."""
        if isinstance(type_, GraphQLList):
            return _list(self._value(type_.of_type, details))
        if members := self._members(type_, details):
            return lambda value: members[type(value)](value)
        return _leaf(type_)

    def _members(
        self, type_: GraphQLOutputType | None, details: FieldDetailsList
    ) -> dict[type, Encode]:
        """Class → encoder of the objects that a value of the type can be; empty for a leaf."""
        if isinstance(type_, GraphQLObjectType):
            return {_class(type_): self._object(type_, details)}
        if not isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            return {}
        definition = type_.extensions[DEFINITION]
        if getattr(definition, "resolve_type", None):
            raise NotPlainError
        members = self._schema.get_possible_types(type_)
        return {_class(member): self._object(member, details) for member in members}

    def _object(self, type_: GraphQLObjectType, details: FieldDetailsList) -> Encode:
        run = self._executor
        selected = collect_subfields(
            self._schema, run.fragments, run.variable_values, run.operation, type_, details
        )
        return _record(list(self._fields(type_, selected.grouped_field_set)))

    def _fields(
        self, type_: GraphQLObjectType, selected: GroupedFieldSet
    ) -> Iterator[tuple[str, str | None, Encode]]:
        """Response key, attribute and encoder of each field; no attribute for `__typename`."""
        for key, details in selected.items():
            name = details[0].node.name.value
            if name == "__typename":
                yield key, None, _constant(type_.name)
            else:
                field = type_.fields[name]
                yield key, _attribute(field, details), self._value(field.type, details)


def _selections(
    selection_set: SelectionSetNode | None,
) -> Iterator[FieldNode | FragmentSpreadNode | InlineFragmentNode]:
    for node in selection_set.selections if selection_set else ():
        yield node  # type: ignore[misc]
        if not isinstance(node, FragmentSpreadNode):
            yield from _selections(node.selection_set)  # type: ignore[attr-defined]


def _is_constant(node: FieldNode | FragmentSpreadNode | InlineFragmentNode) -> bool:
    if isinstance(node, FragmentSpreadNode) and node.arguments:
        return False
    return all(
        directive.name.value in _CONSTANT_DIRECTIVES
        and all(isinstance(each.value, BooleanValueNode) for each in directive.arguments or ())
        for directive in node.directives or ()
    )


def _class(type_: GraphQLObjectType) -> type:
    """The class whose very instances are of this type."""
    definition: StrawberryObjectDefinition = type_.extensions[DEFINITION]
    if definition.is_type_of or definition.concrete_of:
        raise NotPlainError
    return definition.origin


def _attribute(field: GraphQLField, details: FieldDetailsList) -> str:
    """The attribute that a field without code of its own shows."""
    definition: StrawberryField = field.extensions[DEFINITION]
    plain = definition.is_basic_field and definition.default_resolver is getattr
    if not plain or field.args or details[0].node.arguments:
        raise NotPlainError
    return definition.python_name


def _record(fields: list[tuple[str, str | None, Encode]]) -> Encode:
    """An object of attributes: all constant text is put together once."""
    pieces, attributes, encoders = [], [], []
    for key, attribute, encode in fields:
        shown = "%b" if attribute else encode(None).decode()
        pieces.append(f'"{key}":{shown}')
        if attribute:
            attributes.append(attribute)
            encoders.append(encode)
    template = f"{{{','.join(pieces)}}}".encode()
    if not attributes:
        return lambda _: template
    if len(attributes) > 1 and None not in (kinds := tuple(map(_kind, encoders))):
        return _simple_record(template, attributes, encoders, kinds)
    # Named twice, an attribute comes in a tuple also where it is the only one.
    take = attrgetter(*attributes, attributes[0])
    return lambda value: template % tuple(map(call, encoders, take(value)))


def _kind(encoder: Encode) -> type | None:
    """The only class that the encoder of a leaf takes; None where it isn't one class."""
    if encoder in (_text, _int):
        return str if encoder is _text else int
    return datetime if isinstance(encoder, partial) and encoder.func is _moment else None


def _simple_record(
    template: bytes, attributes: list[str], encoders: list[Encode], kinds: tuple[type | None, ...]
) -> Encode:
    """A record of texts, whole numbers and moments, as the deltas are: one look at the classes of
    all, and no call for a text or a number."""
    take = attrgetter(*attributes)
    numbers = [place for place, kind in enumerate(kinds) if kind is int]
    writers = [
        each if kind is datetime else _encode for each, kind in zip(encoders, kinds, strict=True)
    ]

    def encode(value: Any) -> bytes:
        values = take(value)
        if tuple(map(type, values)) != kinds:
            _refuse()
        for place in numbers:
            if not LEAST_INT <= values[place] <= GREATEST_INT:
                _refuse()
        return template % tuple(map(call, writers, values))

    return encode


def _list(item: Encode) -> Encode:
    def encode(value: Any) -> bytes:
        if type(value) is not list:
            _refuse()
        return b"[%b]" % b",".join(map(item, value))

    return encode


def _constant(text: str) -> Encode:
    json = encoded(text)
    return lambda _: json


def _leaf(type_: GraphQLOutputType) -> Encode:
    if type_ is GraphQLString or type_ is GraphQLID:
        return _text
    if type_ is GraphQLInt:
        return _int
    if type_ is GraphQLBoolean:
        return {True: b"true", False: b"false"}.__getitem__
    if isinstance(type_, GraphQLEnumType):
        members = type_.extensions[DEFINITION].wrapped_cls
        return {each: encoded(type_.coerce_output_value(each)) for each in members}.__getitem__
    if isinstance(type_, GraphQLScalarType):
        scalar = _scalar(type_)
        return partial(_moment, scalar) if type_.name == "DateTime" else scalar
    raise NotPlainError


def _text(value: Any) -> bytes:
    return _encode(value) if type(value) is str else _refuse()


def _int(value: Any) -> bytes:
    plain = type(value) is int and LEAST_INT <= value <= GREATEST_INT
    return b"%d" % value if plain else _refuse()


def _scalar(type_: GraphQLScalarType) -> Encode:
    coerce = type_.coerce_output_value

    def encode(value: Any) -> bytes:
        if type(value) not in _PLAIN_LEAVES:
            _refuse()
        shown = coerce(value)
        if type(shown) is str:
            return _encode(shown)
        return _refuse() if shown is None else encoded(shown)

    return encode


def _moment(other: Encode, value: Any) -> bytes:
    """Moments in UTC as `isoformat` writes them, in a sixth of its time; `other` for others."""
    if type(value) is datetime and value.tzinfo is UTC:
        return b'%b+00:00"' % _encode(value)[:-2]
    return other(value)


def _refuse() -> NoReturn:
    raise NotPlainError
