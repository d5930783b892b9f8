"""Input that breaks the contract: a typed problem or an error that names the field, never a 5xx."""

from typing import Any

import pytest

from tests.servers import LiveServer
from tests.transport.wire import Wire, ask

QUERY = """mutation($i: ChatInput!) {
  chat(input: $i) {
    __typename
    ... on Problem { reason }
    ... on InvalidInput { field }
    ... on InputTooLong { field limit actual }
    ... on UnknownAssistant { available }
    ... on UnknownModel { available }
  }
}"""
HELLO = {"role": "USER", "content": "Who is Robin?"}


def send(server: LiveServer, **changes: Any) -> Any:
    variables = {"i": {"history": [HELLO], "assistantId": "general", **changes}}
    answer = ask(
        server.url,
        {"query": QUERY, "variables": variables},
        accept="application/graphql-response+json",
    )
    assert answer.status < 500 and b"Traceback" not in answer.body
    return answer


@pytest.mark.parametrize(
    ("changes", "where", "told"),
    [
        ({"history": [HELLO | {"role": "robot"}]}, "history[0].role", "ASSISTANT, USER"),
        ({"history": [HELLO | {"role": ["USER"]}]}, "history[0].role", "ASSISTANT, USER"),
        ({"history": [HELLO | {"role": None}]}, "history[0].role", "Role!"),
        ({"history": [HELLO | {"content": 5}]}, "history[0].content", "String"),
        ({"history": [HELLO | {"mood": "sad"}]}, "history[0]", "mood"),
        ({"history": "hi"}, "history", "MessageInput"),
        ({"history": None}, "history", "null"),
        ({"settings": {"temperature": "hot"}}, "settings.temperature", "Float"),
        ({"settings": {"topK": 5}}, "settings", "topK"),
        ({"settings": []}, "settings", "ChatSettings"),
        ({"onDisconnect": "MAYBE"}, "onDisconnect", "CONTINUE, CANCEL"),
        ({"assistantId": {}}, "assistantId", "ID"),
    ],
)
def test_a_value_of_the_wrong_type_is_an_error_that_names_the_field(
    shared_server: LiveServer, changes: dict[str, Any], where: str, told: str
) -> None:
    answer = send(shared_server, **changes)
    assert answer.status == 400
    (error, *_) = answer.json["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert where in error["message"] and told in error["message"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"history": []}, {"__typename": "InvalidInput", "field": "history"}),
        (
            {"history": [HELLO | {"role": "ASSISTANT"}]},
            {"__typename": "InvalidInput", "field": "history.0.role"},
        ),
        (
            {"history": [HELLO | {"content": "a\x00b"}]},
            {"__typename": "InvalidInput", "field": "history.0.content"},
        ),
        (
            {"history": [HELLO | {"content": "\ud800"}]},
            {"__typename": "InvalidInput", "field": "history.0.content"},
        ),
        (
            {"history": [HELLO | {"content": "x" * 40_000}]},
            {"__typename": "InputTooLong", "limit": 32_768, "actual": 40_000},
        ),
        ({"history": [HELLO] * 10_000}, {"__typename": "InputTooLong", "actual": 10_000}),
        ({"settings": {"temperature": 3}}, {"field": "settings.temperature"}),
        ({"settings": {"maxTokens": 0}}, {"field": "settings.maxTokens"}),
        ({"settings": {"model": "nope"}}, {"__typename": "UnknownModel", "available": ["fake"]}),
        (
            {"assistantId": "nobody"},
            {"__typename": "UnknownAssistant", "available": ["comic-book", "general"]},
        ),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_value_that_breaks_a_rule_is_a_typed_problem(
    shared_server: LiveServer, changes: dict[str, Any], expected: dict[str, Any]
) -> None:
    answer = send(shared_server, **changes)
    assert answer.status == 200
    assert expected.items() <= answer.json["data"]["chat"].items()


def test_ten_megabytes_are_refused(shared_server: LiveServer) -> None:
    assert send(shared_server, history=[HELLO | {"content": "x" * 10_000_000}]).status == 413


def test_an_error_does_not_repeat_a_huge_input(shared_server: LiveServer) -> None:
    answers = [
        ask(shared_server.url, {"query": "{ " + "z" * 900_000 + " }"}),
        send(shared_server, history=[HELLO | {"role": "x" * 900_000}]),
    ]
    for answer in answers:
        assert answer.json["errors"][0]["message"]
        assert len(answer.body) < 2_000


def test_an_enum_value_written_in_the_query_is_explained_as_well(
    shared_server: LiveServer,
) -> None:
    query = 'mutation { chat(input: {history: [{role: robot, content: ""}]}) { __typename } }'
    (error,) = ask(shared_server.url, {"query": query}).json["errors"]
    assert error["message"].endswith("Allowed values: ASSISTANT, USER.")
    assert error["locations"] == [{"line": 1, "column": 42}]


@pytest.mark.parametrize("id", ["\ud800", "a\x00b", "", "x" * 100_000, "' OR 1=1 --"], ids=ascii)
@pytest.mark.parametrize(
    "operation", ["query($id: ID!) { run", "mutation($id: ID!) { cancelRun"], ids=["run", "cancel"]
)
def test_an_id_that_no_run_can_have_is_not_found(
    shared_server: LiveServer, operation: str, id: str
) -> None:
    query = f"{operation}(id: $id) {{ __typename }} }}"
    (found,) = (
        ask(shared_server.url, {"query": query, "variables": {"id": id}}).json["data"].values()
    )
    assert found == {"__typename": "RunNotFound"}


def test_an_id_that_no_run_can_have_is_not_found_by_a_stream(shared_server: LiveServer) -> None:
    query = (
        "subscription($id: ID!) { run(id: $id) { ... on RunFailed { problem { __typename } } } }"
    )
    body = {"query": query, "variables": {"id": "\ud800"}}
    with Wire(shared_server.url) as wire:
        wire.post("/graphql", body, accept="text/event-stream").read_head()
        assert b'{"run":{"problem":{"__typename":"RunNotFound"}}}' in wire.chunks()
