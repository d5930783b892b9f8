"""Documents: looked up, kept, measured and refused."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from graphql import parse
from graphql.validation.rules import overlapping_fields_can_be_merged as overlapping

from api.schema import schema as product
from api.transport.documents import LONGEST, LONGEST_KEPT, Documents
from api.transport.faults import RefusedOperationError
from api.transport.limits import Limits
from api.transport.recorded import hash_of
from api.transport.shape import MOST_PAIRS, Shape
from tests.transport.toy import schema

GRAPHQL_SCHEMA = schema._schema
TOKENS = Limits().query_tokens


def codes(documents: Documents, query: str) -> set[str]:
    with pytest.raises(RefusedOperationError) as refused:
        documents.find(query)
    return {error["extensions"]["code"] for error in refused.value.errors}


def test_a_text_is_parsed_and_validated_once() -> None:
    documents = Documents(GRAPHQL_SCHEMA)
    assert documents.find("{ fine }") is documents.find("{ fine }")


def test_a_very_long_text_is_not_kept() -> None:
    documents = Documents(GRAPHQL_SCHEMA)
    text = "{ fine }" + " " * LONGEST_KEPT
    assert documents.find(text) is not documents.find(text)


def test_what_is_wrong_has_a_code() -> None:
    documents = Documents(GRAPHQL_SCHEMA)
    assert codes(documents, "{") == {"GRAPHQL_PARSE_FAILED"}
    assert codes(documents, "{ nothing }") == {"GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize(
    "query",
    [
        "{" + "fine " * TOKENS + "}",
        "#\n" * (TOKENS + 1) + "{ fine }",
        "{ fine(a: " + "[" * 400 + "]" * 400 + ") }",
        "{ fine " + "... { fine " * 300 + "}" * 301,
    ],
    ids=["tokens", "comments", "nested values", "nested selections"],
)
def test_a_document_made_to_exhaust_the_server_is_refused(query: str) -> None:
    assert codes(Documents(GRAPHQL_SCHEMA), query) <= {
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
        "DOCUMENT_TOO_COMPLEX",
    }


def test_introspection_can_be_switched_off() -> None:
    query = "{ __schema { queryType { name } } }"
    assert Documents(GRAPHQL_SCHEMA).find(query)
    assert codes(Documents(GRAPHQL_SCHEMA, introspection=False), query) == {
        "GRAPHQL_VALIDATION_FAILED"
    }


def nested(levels: int) -> str:
    return "{ a " * levels + "}" * levels


def aliased(number: int) -> str:
    return "{" + "".join(f" a{i}: fine" for i in range(number)) + " }"


def test_tokens_up_to_the_limit_pass_and_one_more_does_not() -> None:
    spread = "{" + " fine" * 80 + " ... { fine }" * 5 + "}"
    documents = Documents(GRAPHQL_SCHEMA, limits=Limits(query_tokens=102))
    assert documents.find(spread)
    assert codes(documents, spread.replace("fine", "fine fine", 1)) == {"GRAPHQL_PARSE_FAILED"}


def test_a_text_up_to_the_limit_passes_and_one_character_more_does_not() -> None:
    documents = Documents(GRAPHQL_SCHEMA)
    assert documents.find("{ fine }".ljust(LONGEST))
    assert codes(documents, "{ fine }".ljust(LONGEST + 1)) == {"DOCUMENT_TOO_COMPLEX"}


@pytest.mark.parametrize(
    "deeper",
    [
        nested,
        lambda levels: "{ ... { ...F } } fragment F on Query " + nested(levels),
        lambda levels: "{ a { ...F } } fragment F on Query " + nested(levels - 1),
    ],
    ids=["fields", "fragment", "spread within a field"],
)
def test_depth_up_to_the_limit_passes_and_one_more_does_not(deeper: Any) -> None:
    documents = Documents(GRAPHQL_SCHEMA)
    assert codes(documents, deeper(8)) == {"GRAPHQL_VALIDATION_FAILED"}
    assert codes(documents, deeper(9)) == {"DOCUMENT_TOO_COMPLEX"}


def test_aliases_up_to_the_limit_pass_and_one_more_does_not() -> None:
    documents = Documents(GRAPHQL_SCHEMA)
    assert documents.find(aliased(15))
    assert codes(documents, aliased(16)) == {"DOCUMENT_TOO_COMPLEX"}


def test_what_is_too_much_is_said_with_the_limit() -> None:
    with pytest.raises(RefusedOperationError, match="16 aliases; 15 are allowed"):
        Documents(GRAPHQL_SCHEMA).find(aliased(16))


def test_fragments_that_spread_each_other_are_measured_and_refused() -> None:
    circle = "{ ...A } fragment A on Query { fine ...B } fragment B on Query { fine ...A }"
    assert codes(Documents(GRAPHQL_SCHEMA), circle) == {"GRAPHQL_VALIDATION_FAILED"}


def test_the_explorer_s_introspection_is_within_the_limits() -> None:
    from graphql import get_introspection_query

    assert Documents(product._schema).find(get_introspection_query(input_value_deprecation=True))


HOSTILE = {
    "repeated field": "{" + "contractVersion " * 990 + "}",
    "repeated objects": "{" + "health { model { provider model } } " * 110 + "}",
    "repeated in fragments": "{"
    + "...F ...G " * 100
    + "} fragment F on Query {"
    + "health { model { provider } } " * 40
    + "} fragment G on Query {"
    + "health { model { provider } } " * 40
    + "}",
    "many fragments": "{"
    + " ".join(f"...F{i}" for i in range(60))
    + "}"
    + "".join(f"fragment F{i} on Query {{ health {{ model {{ provider }} }} }}" for i in range(60)),
    "inline fragments": "subscription { run(id: 1) {"
    + "... on TextDelta { runId seq at } " * 100
    + "} }",
    "aliases": "{" + " ".join(f"a{i}: contractVersion" for i in range(320)) + "}",
    "one alias": "{" + "a: contractVersion " * 320 + "}",
    "unknown fields": "{" + " ".join(f"z{i}" for i in range(990)) + "}",
    "variables": "query(" + " ".join(f"$v{i}: Int" for i in range(240)) + ") { contractVersion }",
    "40 kB of fields": "{ " + "contractVersion " * 2_600 + "}",
    "40 kB in a string": '{ assistant(id: "' + "\\n" * 20_000 + '") { id } }',
    "40 kB of directives": "{ contractVersion " + "@skip(if: true) " * 2_500 + "}",
}


@pytest.fixture
def comparisons(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many pairs of fields validation compares: what makes it quadratic."""
    counted = [0]
    compare = overlapping.find_conflict

    def counting(*arguments: Any) -> Any:
        counted[0] += 1
        return compare(*arguments)

    monkeypatch.setattr(overlapping, "find_conflict", counting)
    yield counted


@pytest.mark.parametrize("query", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_document_costs_little_validation(query: str, comparisons: list[int]) -> None:
    with suppress(RefusedOperationError):
        Documents(product._schema).find(query)
    assert comparisons[0] <= MOST_PAIRS


def test_without_the_measure_a_hostile_document_would_cost_much(comparisons: list[int]) -> None:
    from strawberry.schema.schema import validate_document

    document = parse(HOSTILE["repeated objects"], max_lexical_tokens=TOKENS)
    assert Shape(document).pairs > MOST_PAIRS
    validate_document(product._schema, document, Documents(product._schema)._rules)
    assert comparisons[0] > MOST_PAIRS


def recorded(**more: Any) -> Documents:
    texts = ["{ fine }", "query B { fine }"]
    return Documents(GRAPHQL_SCHEMA, recorded={hash_of(text): text for text in texts}, **more)


def test_recorded_documents_stay_whatever_else_arrives() -> None:
    documents = recorded()
    kept = documents.find("{ fine }")
    for number in range(1_000):
        documents.find(f"query Q{number} {{ fine }}")
    assert documents.find("{ fine }") is kept


def test_a_strict_server_answers_recorded_documents_only() -> None:
    documents = recorded(strict=True)
    assert documents.find("query B { fine }")
    assert codes(documents, "query C { fine }") == {"DOCUMENT_NOT_RECORDED"}
    assert codes(documents, "{ __schema { queryType { name } } }") == {"DOCUMENT_NOT_RECORDED"}


def test_the_manifest_holds_each_document_under_its_hash() -> None:
    from api.limit_settings import RECORDED

    operations = json.loads(RECORDED.read_text())["operations"]
    assert len(operations) > 5
    for operation in operations:
        assert operation["id"] == hash_of(operation["body"])
        assert Documents(product._schema).find(operation["body"])
