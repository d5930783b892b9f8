"""Rules of the contract itself: printed, described, and the same for every client."""

from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
)

from api.contract.events import EVENTS, TERMINAL_EVENTS
from api.contract.problems import PROBLEMS
from api.contract.sdl import sorted_sdl
from api.schema import schema

PRINTED = Path(__file__).parents[2] / "schema.graphql"


@pytest.fixture(scope="module")
def printed() -> GraphQLSchema:
    return build_schema(PRINTED.read_text())


def own_types(printed: GraphQLSchema) -> list[GraphQLNamedType]:
    return [
        kind
        for kind in printed.type_map.values()
        if not is_introspection_type(kind) and not is_specified_scalar_type(kind)
    ]


def test_the_committed_schema_is_what_the_types_print() -> None:
    assert sorted_sdl(schema.as_str()) == PRINTED.read_text()


def test_everything_in_the_contract_is_described(printed: GraphQLSchema) -> None:
    undescribed = []
    for kind in own_types(printed):
        undescribed += [] if kind.description else [kind.name]
        if isinstance(kind, GraphQLEnumType):
            undescribed += [f"{kind.name}.{n}" for n, v in kind.values.items() if not v.description]
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for name, field in kind.fields.items():
                undescribed += [] if field.description else [f"{kind.name}.{name}"]
                arguments = getattr(field, "args", {})
                undescribed += [
                    f"{kind.name}.{name}({a})"
                    for a, arg in arguments.items()
                    if not arg.description
                ]
    assert undescribed == []


def test_a_field_name_has_one_type_across_the_members_of_a_union(printed: GraphQLSchema) -> None:
    for union in own_types(printed):
        if not isinstance(union, GraphQLUnionType):
            continue
        seen: dict[str, str] = {}
        for member in union.types:
            for name, field in member.fields.items():
                assert seen.setdefault(name, str(field.type)) == str(field.type), (
                    f"{union.name}.{member.name}.{name}"
                )


def test_every_event_has_its_place_in_the_log(printed: GraphQLSchema) -> None:
    for event in EVENTS:
        fields = printed.type_map[event.__name__].fields  # type: ignore[attr-defined]
        assert {n: str(fields[n].type) for n in ("runId", "seq", "at")} == {
            "runId": "ID!",
            "seq": "Int!",
            "at": "DateTime!",
        }


def test_every_terminal_event_carries_reply_usage_cost_and_reason(printed: GraphQLSchema) -> None:
    for event in TERMINAL_EVENTS:
        fields = printed.type_map[event.__name__].fields  # type: ignore[attr-defined]
        assert {"reply", "tokenUsage", "cost", "finishReason"} <= set(fields)


def test_every_problem_says_what_to_do_and_whether_to_retry(printed: GraphQLSchema) -> None:
    for problem in PROBLEMS:
        kind = printed.type_map[problem.__name__]
        assert isinstance(kind, GraphQLObjectType)
        assert "Problem" in {interface.name for interface in kind.interfaces}
        assert (str(kind.fields["reason"].type), str(kind.fields["retryable"].type)) == (
            "String!",
            "Boolean!",
        )


def test_a_mutation_chat_may_answer_every_problem_of_a_start_or_a_model(
    printed: GraphQLSchema,
) -> None:
    union = printed.type_map["ChatResult"]
    assert isinstance(union, GraphQLUnionType)
    assert {m.name for m in union.types} == {"ChatReply", *(p.__name__ for p in PROBLEMS)}
