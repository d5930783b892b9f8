"""GraphQL over HTTP: methods, media types and statuses. The audits check the rest of the spec."""

from urllib.parse import quote

import pytest

from tests.transport.toy import ToyServer
from tests.transport.wire import Wire, ask

NEWER = "application/graphql-response+json"


def get(toy: ToyServer, query: str, **headers: str) -> int:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    with Wire(toy.url) as wire:
        return wire.send("GET", f"/graphql?query={quote(query)}", fields).read_head().status


def test_a_query_is_answered_in_both_media_types(toy: ToyServer) -> None:
    for form in ("application/json", NEWER):
        answer = ask(toy.url, {"query": "{ fine }"}, accept=form)
        assert answer.status == 200
        assert answer.headers["content-type"] == f"{form}; charset=utf-8"
        assert answer.json == {"data": {"fine": "fine"}}


def test_an_invalid_query_is_an_error_of_the_status_only_in_the_newer_media_type(
    toy: ToyServer,
) -> None:
    for form, status in (("application/json", 200), (NEWER, 400)):
        answer = ask(toy.url, {"query": "{ nothing }"}, accept=form)
        assert answer.status == status
        assert set(answer.json) == {"errors"}


def test_get_runs_queries_only(toy: ToyServer) -> None:
    assert get(toy, "{ fine }") == 200
    assert get(toy, "mutation { hang }") == 405
    assert toy.sources.opened == 0


def test_a_subscription_needs_a_client_that_takes_streams(toy: ToyServer) -> None:
    answer = ask(toy.url, {"query": "subscription { count(to: 1) }"}, accept="application/json")
    assert answer.status == 406
    assert "text/event-stream" in answer.json["errors"][0]["message"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(toy: ToyServer, method: str) -> None:
    with Wire(toy.url) as wire:
        answer = wire.send(method, "/graphql").answer()
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, POST"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "text/plain; application/json",
        "application/json; charset=utf-16",
        "",
    ],
)
def test_what_a_foreign_page_can_send_unasked_is_refused(toy: ToyServer, content_type: str) -> None:
    body = b'{"query": "{ fine }"}'
    with Wire(toy.url) as wire:
        answer = wire.send("POST", "/graphql", {"content-type": content_type}, body).answer()
    assert answer.status == 415


def test_the_operation_is_chosen_by_its_name(toy: ToyServer) -> None:
    both = "query A { fine } query B { b: fine }"
    assert ask(toy.url, {"query": both, "operationName": "B"}).json == {"data": {"b": "fine"}}
    for name in (None, "C"):
        answer = ask(toy.url, {"query": both, "operationName": name}, accept=NEWER)
        assert answer.status == 400
        assert answer.json["errors"][0]["extensions"]["code"] == "OPERATION_NOT_FOUND"


def test_a_connection_serves_one_request_after_another(toy: ToyServer) -> None:
    with Wire(toy.url) as wire:
        for query in ("{ fine }", "{", "{ fine }"):
            assert wire.post("/graphql", {"query": query}).answer().status == 200
