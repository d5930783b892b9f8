import pytest

from api.transport.documents import LONGEST_KEPT, TOKEN_LIMIT, Documents
from api.transport.faults import RefusedOperationError
from tests.transport.toy import schema

GRAPHQL_SCHEMA = schema._schema


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
        "{" + "fine " * TOKEN_LIMIT + "}",
        "#\n" * (TOKEN_LIMIT + 1) + "{ fine }",
        "{ fine(a: " + "[" * 400 + "]" * 400 + ") }",
        "{ fine " + "... { fine " * 300 + "}" * 301,
    ],
    ids=["tokens", "comments", "nested values", "nested selections"],
)
def test_a_document_made_to_exhaust_the_server_is_refused(query: str) -> None:
    assert codes(Documents(GRAPHQL_SCHEMA), query) <= {
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
    }


def test_introspection_can_be_switched_off() -> None:
    query = "{ __schema { queryType { name } } }"
    assert Documents(GRAPHQL_SCHEMA).find(query)
    assert codes(Documents(GRAPHQL_SCHEMA, introspection=False), query) == {
        "GRAPHQL_VALIDATION_FAILED"
    }
