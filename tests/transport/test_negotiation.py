import pytest

from api.transport.negotiation import GRAPHQL_JSON, JSON, MULTIPART, SSE, accepted

APOLLO = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json"
URQL = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("header", "answer", "stream"),
    [
        ("", JSON, SSE),
        ("*/*", JSON, SSE),
        (JSON, JSON, None),
        (f"{JSON}; charset=utf-8", JSON, None),
        (GRAPHQL_JSON, GRAPHQL_JSON, None),
        (f"{GRAPHQL_JSON}, {JSON};q=0.9", GRAPHQL_JSON, None),
        (f"{GRAPHQL_JSON};q=0.5, {JSON}", JSON, None),
        (f"{JSON};q=0, {GRAPHQL_JSON}", GRAPHQL_JSON, None),
        (SSE, SSE, SSE),
        ("TEXT/Event-Stream", SSE, SSE),
        (URQL, GRAPHQL_JSON, SSE),
        ("text/event-stream, multipart/mixed", SSE, SSE),
        (APOLLO, JSON, MULTIPART),
        ("multipart/mixed;deferSpec=20220824, application/json", JSON, None),
        (BROWSER, JSON, SSE),
        ("image/png", None, None),
        (f"{JSON};q=none", None, None),
        (",;,", None, None),
    ],
)
def test_the_best_form_that_the_client_lists_is_taken(
    header: str, answer: str | None, stream: str | None
) -> None:
    found = accepted(header)
    assert (found.answer, found.stream) == (answer, stream)


def test_only_a_browser_gets_the_page() -> None:
    assert accepted(BROWSER).page
    assert not accepted("*/*").page


def test_errors_come_in_the_form_of_the_answer() -> None:
    assert accepted(GRAPHQL_JSON).errors == GRAPHQL_JSON
    assert accepted(SSE).errors == JSON
    assert accepted("image/png").errors == JSON
