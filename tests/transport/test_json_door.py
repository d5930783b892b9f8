"""`POST /chat`, `/` and `/healthz`: the original service's calls, unchanged."""

import pytest

from api.contract.problems import PROBLEMS
from api.transport.problems import STATUS
from tests.servers import LiveServer
from tests.transport.wire import Answer, Wire, ask
from tests.upstream.server import FakeUpstream

HELLO = [{"role": "user", "content": "Who is Robin?"}]


def chat(server: LiveServer, **body: object) -> Answer:
    return ask(server.url, body, "/chat")


def test_a_whole_conversation_is_answered_as_the_original_did(
    live_server: LiveServer, upstream: FakeUpstream
) -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}
    upstream.reply("Batman's partner.", usage=usage)
    history = [*HELLO, {"role": "assistant", "content": "Who?"}, *HELLO]
    answer = chat(live_server, history=history)
    assert answer.status == 200
    assert answer.json["message"] == {"role": "assistant", "content": "Batman's partner."}
    assert usage.items() <= answer.json["token_usage"].items()
    assert answer.json["run_id"] and answer.json["finish_reason"] == "STOP"
    assert [turn["content"] for turn in upstream.requests[0].messages[1:]] == [
        message["content"] for message in history
    ]


def test_the_status_routes_answer(shared_server: LiveServer) -> None:
    for path in ("/", "/healthz"):
        with Wire(shared_server.url) as wire:
            answer = wire.send("GET", path).answer()
        assert (answer.status, answer.json) == (200, {"status": "OK!"})


@pytest.mark.parametrize(
    ("body", "field", "told"),
    [
        ({}, "history", "required"),
        ({"history": "hi"}, "history", "list"),
        ({"history": [1]}, "history.0", ""),
        (
            {"history": [{"role": "robot", "content": "x"}]},
            "history.0.role",
            "'assistant' or ",
        ),
        ({"history": [{"role": ["user"], "content": "x"}]}, "history.0.role", "'user'"),
        ({"history": [{"role": "user"}]}, "history.0.content", "required"),
        ({"history": [{"role": "user", "content": None}]}, "history.0.content", "string"),
        ({"history": [{"role": "user", "content": "\ud800"}]}, "history.0.content", ""),
        ({"history": [{"role": "user", "content": "a\x00b"}]}, "history.0.content", "NUL"),
        ({"history": []}, "history", ""),
        ({"history": [{"role": "assistant", "content": "x"}]}, "history", "user"),
        ({"history": HELLO, "temperature": 1}, "temperature", "not permitted"),
        ({"history": HELLO, "on_disconnect": "maybe"}, "on_disconnect", "'continue' or 'cancel'"),
        ({"history": HELLO, "assistant_id": 5}, "assistant_id", "string"),
        ({"history": HELLO, "idempotency_key": "x" * 500}, "idempotencyKey", "200"),
    ],
)
def test_an_invalid_body_names_the_field_and_what_is_allowed(
    shared_server: LiveServer, body: dict[str, object], field: str, told: str
) -> None:
    answer = ask(shared_server.url, body, "/chat")
    problem = answer.json["problem"]
    assert answer.status == 422
    assert problem["field"].startswith(field) and problem["retryable"] is False
    assert told in problem["reason"]


def test_what_was_sent_is_not_repeated_in_the_answer(shared_server: LiveServer) -> None:
    history = [{"role": "x" * 1_000, "content": 1}] * 500
    answer = chat(shared_server, history=history)
    assert answer.status == 422
    assert len(answer.body) < 2_000
    assert "And 995 more." in answer.json["problem"]["reason"]


def test_problems_have_the_status_that_fits(
    live_server: LiveServer, upstream: FakeUpstream
) -> None:
    unknown = chat(live_server, history=HELLO, assistant_id="nobody")
    assert unknown.status == 404
    assert unknown.json["problem"]["type"] == "UnknownAssistant"
    assert "comic-book" in unknown.json["problem"]["available"]

    too_long = chat(live_server, history=[{"role": "user", "content": "?" * 51}])
    assert too_long.status == 422
    assert too_long.json["problem"]["limit"] == 50

    assert chat(live_server, history=HELLO, idempotency_key="k").status == 200
    conflict = chat(live_server, history=[*HELLO, *HELLO], idempotency_key="k")
    assert conflict.status == 409


def test_a_rate_limit_says_when_to_come_back(
    live_server: LiveServer, upstream: FakeUpstream
) -> None:
    upstream.fault("rate_limited", retry_after="700", times=10)
    answer = chat(live_server, history=HELLO)
    assert answer.status == 429
    assert answer.headers["retry-after"] == "700"
    assert answer.json["problem"]["retryable"] is True


def test_a_form_is_refused(shared_server: LiveServer) -> None:
    for content_type in ("application/x-www-form-urlencoded", "text/plain", ""):
        with Wire(shared_server.url) as wire:
            head = {"content-type": content_type}
            answer = wire.send("POST", "/chat", head, b'{"history": []}').answer()
        assert answer.status == 415


def test_every_problem_has_a_status() -> None:
    assert set(STATUS) == set(PROBLEMS)
