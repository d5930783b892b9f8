"""The shared documents: what they must select."""

from graphql import GraphQLObjectType, is_abstract_type, parse, print_ast

from clients.codegen.contract import read_contract
from clients.codegen.selections import selections_of
from clients.python._generated import operations
from clients.python._generated.models import read_problem, read_run_event
from tests.codegen.generating import OPERATIONS, SCHEMA

CONTRACT = read_contract(SCHEMA, OPERATIONS)
SELECTIONS = selections_of(CONTRACT)


def members(name: str) -> list[GraphQLObjectType]:
    kind = CONTRACT.schema.get_type(name)
    assert is_abstract_type(kind)
    return list(CONTRACT.schema.get_possible_types(kind))


def test_every_field_of_every_event_and_problem_is_selected() -> None:
    for kind in (*members("RunEvent"), *members("Problem")):
        assert set(SELECTIONS.objects[kind.name]) == set(kind.fields), kind.name


def test_events_are_selected_through_their_interfaces() -> None:
    unknown = SELECTIONS.abstracts["RunEvent"]
    for interface in ("Event", "TerminalEvent"):
        assert set(CONTRACT.schema.get_type(interface).fields) <= set(unknown)  # type: ignore[union-attr]


def test_problems_of_the_future_have_reason_and_retryable_in_every_result() -> None:
    for name in ("Problem", "ChatResult", "StartRunResult", "RunResult", "CancelRunResult"):
        assert {"reason", "retryable"} <= set(SELECTIONS.abstracts[name]), name


def test_a_terminal_event_of_the_future_is_read() -> None:
    event = read_run_event(
        {
            "__typename": "RunHandedOver",
            "runId": "r",
            "seq": 7,
            "at": "2026-01-02T03:04:05Z",
            "finishReason": "HANDED_OVER",
            "reply": {"role": "ASSISTANT", "content": "So far"},
            "tokenUsage": None,
            "cost": None,
        }
    )
    assert event.typename == "RunHandedOver"
    assert (event.seq, event.finish_reason) == (7, "HANDED_OVER")  # type: ignore[union-attr]


def test_a_problem_of_the_future_is_read() -> None:
    problem = read_problem({"__typename": "New", "reason": "Why.", "retryable": True})
    assert (problem.typename, problem.reason, problem.retryable) == ("New", "Why.", True)


def test_a_document_is_sent_as_the_server_records_it() -> None:
    """gql prints a document anew before it sends it; these bytes must not change by that."""
    for name in ("CHAT", "CHAT_STREAM", "FOLLOW_RUN", "ASSISTANTS", "CONTROLS"):
        text = getattr(operations, name)
        assert print_ast(parse(text)) == text
