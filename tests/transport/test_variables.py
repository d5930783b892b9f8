"""Compiled variables are what graphql-core makes of them, or are left to graphql-core."""

import copy
import random
from collections.abc import Mapping
from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse
from graphql.execution.values import VariableValues, get_variable_values

from api.schema import schema
from api.transport.engine import Engine
from api.transport.faults import RefusedOperationError
from api.transport.operation import Operation
from api.transport.selection import NOT_PLAIN, NotPlainError
from api.transport.variables import CoerceAll, compiled_variables

SCHEMA: GraphQLSchema = schema._schema
COUNT = 10_000
ODD = [None, True, 0, -1, 2**31, 1.0, 0.5, "", "USER", "user", "x", [], [[]], {}, {"role": "USER"}]


def operation(text: str) -> OperationDefinitionNode:
    definition = parse(text).definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    return definition


CHAT = operation(
    "mutation ($input: ChatInput!, $id: ID, $after: Int = 3, $last: Float, $deep: Boolean) { a }"
)


def by_graphql_core(asked: OperationDefinitionNode, values: Mapping[str, Any]) -> object:
    return get_variable_values(SCHEMA, asked.variable_definitions or (), dict(values))


def compared(ours: CoerceAll, asked: OperationDefinitionNode, values: Mapping[str, Any]) -> bool:
    """True where what we make was there, and the same; False where it is left."""
    try:
        made = ours(values)
    except NOT_PLAIN:
        return False
    theirs = by_graphql_core(asked, values)
    assert isinstance(theirs, VariableValues), (values, theirs)
    assert shown(made) == shown(theirs), values
    return True


def shown(made: VariableValues) -> list[object]:
    """Written out, because 1 is not 1.0, nor True, and wrapping types are never equal."""
    sources = [(k, str(s.signature.type), repr(s.value)) for k, s in made.sources.items()]
    return [sources, repr(made.coerced)]


def request(source: random.Random) -> dict[str, Any]:
    """Variables in order; what may be absent is so half of the time."""
    messages = [
        {"role": source.choice(["USER", "ASSISTANT"]), "content": source.choice(["", "hi", "ü"])}
        for _ in range(source.randrange(4))
    ]
    settings = {"model": "m", "temperature": source.choice([0, 0.5, None]), "maxTokens": 7}
    asked = {
        "history": messages,
        "assistantId": source.choice(["a", None]),
        "settings": source.choice([some_of(source, settings), None]),
        "idempotencyKey": "k",
        "onDisconnect": source.choice(["CANCEL", "CONTINUE"]),
    }
    rest = {"id": source.choice(["r", None]), "after": 5, "last": source.choice([1, 0.5])}
    required = {"input": {"history": messages, **some_of(source, asked)}}
    return required | some_of(source, {**rest, "deep": True})


def some_of(source: random.Random, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if source.random() < 0.5}


def spoil(source: random.Random, value: Any) -> Any:
    """The value with one thing in it odd: replaced, added or taken away."""
    inner = list(value) if isinstance(value, dict) else range(len(value))
    key = source.choice([*inner, None])
    if key is None:
        key = source.choice(["unknown", "model"]) if isinstance(value, dict) else None
        if key is None:
            value.append(source.choice(ODD))
        else:
            value[key] = source.choice(ODD)
    elif isinstance(value[key], dict | list) and source.random() < 0.7:
        spoil(source, value[key])
    elif isinstance(value, dict) and source.random() < 0.3:
        del value[key]
    else:
        value[key] = source.choice(ODD)
    return value


def test_requests_in_order_are_coerced_as_graphql_core_does() -> None:
    source, ours = random.Random(20261128), compiled_variables(SCHEMA, CHAT)
    for _ in range(COUNT):
        values = {"after": 5, **request(source)}  # a variable's own default is graphql-core's
        assert compared(ours, CHAT, values), values


def test_odd_requests_are_coerced_as_graphql_core_does_or_left_to_it() -> None:
    source, ours = random.Random(20261129), compiled_variables(SCHEMA, CHAT)
    outcomes = [
        compared(ours, CHAT, spoil(source, copy.deepcopy(request(source)))) for _ in range(COUNT)
    ]
    assert COUNT / 20 < outcomes.count(True) < COUNT / 2, outcomes.count(True)


def test_what_is_left_to_graphql_core_is_answered_by_it_each_time() -> None:
    engine = Engine(schema)
    query = "mutation ($input: ChatInput!) { chat(input: $input) { __typename } }"
    message = {"role": "USER", "content": "hi"}
    for history in ([message], message, [message], message):
        asked = Operation(query, {"input": {"history": history}})
        values = engine.prepare(asked, None).executor.variable_values.coerced
        assert [m["content"] for m in values["input"]["history"]] == ["hi"]
    with pytest.raises(RefusedOperationError, match="content"):
        engine.prepare(Operation(query, {"input": {"history": [{"role": "USER"}]}}), None)


@pytest.mark.parametrize(
    "declared",
    [
        "input A { a: A, b: Int }",
        "input A { b: B } input B { list: [A!] }",
        "input A @oneOf { a: Int, b: Int }",
        "scalar A",
    ],
)
def test_types_that_need_more_than_their_fields_are_left(declared: str) -> None:
    known = build_schema(f"{declared} type Query {{ f(a: A): Int }}")
    ours = compiled_variables(known, operation("query ($a: A) { f(a: $a) }"))
    with pytest.raises(NotPlainError):
        ours({})


def test_defaults_of_fields_are_kept() -> None:
    known = build_schema(
        'input A { b: Int! = 3, c: [String!] = ["x"] } type Query { f(a: A): Int }'
    )
    asked = operation("query ($a: A!, $many: [[A!]]) { f(a: $a) }")
    ours = compiled_variables(known, asked)
    for values in ({"a": {}}, {"a": {"c": None, "b": 4}, "many": [[{}], None]}):
        theirs = get_variable_values(known, asked.variable_definitions or (), values)
        assert isinstance(theirs, VariableValues)
        assert shown(ours(values)) == shown(theirs)
