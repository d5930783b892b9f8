"""The values of an operation's variables, checked by what is compiled of their types once.

graphql-core asks of every value anew what its type is, and walks them twice: 3 µs for each message
of a history. What is compiled here says the same of the JSON of a request that is in order.
Anything else (a value at fault, a single value where a list is meant, types that need more than
their fields) is left to graphql-core, which says what is wrong.
"""

from collections.abc import Callable, Mapping
from operator import call, itemgetter
from typing import Any, NoReturn

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    Undefined,
    is_required_input_field,
)
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.utilities.coerce_input_value import coerce_default_value

from api.transport.selection import NOT_PLAIN, NotPlainError

Coerce = Callable[[Any], Any]
"""From the JSON of a value to what resolvers get. Raises one of `NOT_PLAIN` where only
graphql-core can tell."""

CoerceAll = Callable[[Mapping[str, Any]], VariableValues]
"""From a request's variables to the operation's, as `get_variable_values` of graphql-core."""


def compiled_variables(schema: GraphQLSchema, operation: OperationDefinitionNode) -> CoerceAll:
    """The operation's variables; it refuses every request where their types need graphql-core."""
    try:
        return _all(schema, operation)
    except NOT_PLAIN:
        return _refuse


def _all(schema: GraphQLSchema, operation: OperationDefinitionNode) -> CoerceAll:
    variables = []
    for node in operation.variable_definitions or ():
        signature = get_variable_signature(schema, node)
        if isinstance(signature, GraphQLError):
            raise NotPlainError
        may_be_absent = not (node.default_value or isinstance(signature.type, GraphQLNonNull))
        variables.append((signature, may_be_absent, _value(signature.type)))

    def coerce(values: Mapping[str, Any]) -> VariableValues:
        sources, coerced = {}, {}
        for signature, may_be_absent, one in variables:
            name = signature.name
            if name in values:
                value = values[name]
                sources[name] = VariableValueSource(signature, value)
                coerced[name] = one(value)
            elif may_be_absent:
                sources[name] = VariableValueSource(signature)
            else:
                _refuse()
        return VariableValues(sources, coerced)

    return coerce


def _value(type_: GraphQLInputType, inside: tuple[GraphQLInputType, ...] = ()) -> Coerce:
    """`inside` are the objects around it: what contains itself is left to graphql-core."""
    if isinstance(type_, GraphQLNonNull):
        return _present(type_.of_type, inside)
    present = _present(type_, inside)
    return lambda value: None if value is None else present(value)


def _present(type_: GraphQLInputType, inside: tuple[GraphQLInputType, ...]) -> Coerce:
    """For a value that is not null: what is made refuses None."""
    if isinstance(type_, GraphQLList):
        return _list(_value(type_.of_type, inside))
    if isinstance(type_, GraphQLInputObjectType):
        if type_ in inside or type_.is_one_of:
            raise NotPlainError
        return _object(type_, (*inside, type_))
    if isinstance(type_, GraphQLEnumType):
        return {name: type_.coerce_input_value(name) for name in type_.values}.__getitem__
    return _LEAVES[type_]


def _object(type_: GraphQLInputObjectType, inside: tuple[GraphQLInputType, ...]) -> Coerce:
    fields = [
        (name, field.out_name or name, _value(field.type, inside), coerce_default_value(field))
        for name, field in type_.fields.items()
    ]
    names, out_names, coercers, _ = zip(*fields, strict=True)
    required = {n for n, field in type_.fields.items() if is_required_input_field(field)}
    if len(required) == len(fields) > 1:
        return _whole(itemgetter(*names), out_names, coercers, type_.out_type)

    def coerce(value: Any) -> Any:
        if type(value) is not dict or not required <= value.keys():
            _refuse()
        found, unknown = {}, len(value)
        for name, out_name, one, default in fields:
            if name in value:
                found[out_name] = one(value[name])
                unknown -= 1
            elif default is not Undefined:
                found[out_name] = default
        return _refuse() if unknown else type_.out_type(found)

    return coerce


def _whole(
    take: Callable[[Any], tuple[Any, ...]],
    out_names: tuple[str, ...],
    coercers: tuple[Coerce, ...],
    out_type: Callable[[dict[str, Any]], Any],
) -> Coerce:
    """For objects that have all of their fields, as the messages of a history do."""
    count = len(out_names)

    def coerce(value: Any) -> Any:
        if type(value) is not dict or len(value) != count:
            _refuse()
        return out_type(dict(zip(out_names, map(call, coercers, take(value)), strict=True)))

    return coerce


def _list(item: Coerce) -> Coerce:
    return lambda value: [item(each) for each in value] if type(value) is list else _refuse()


def _text(value: Any) -> str:
    return value if type(value) is str else _refuse()


_LEAVES: Mapping[GraphQLInputType, Coerce] = {
    GraphQLString: _text,
    GraphQLID: _text,
    **{each: each.coerce_input_value for each in (GraphQLInt, GraphQLFloat, GraphQLBoolean)},
}


def _refuse(_: object = None) -> NoReturn:
    raise NotPlainError
