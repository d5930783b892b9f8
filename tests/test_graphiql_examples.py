"""The examples that GraphiQL opens with fit the contract."""

import json
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "clients" / "graphiql" / "src" / "examples"
DOCUMENTS = sorted(EXAMPLES.glob("*.graphql"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_an_example_is_a_valid_document_of_the_contract(document: Path) -> None:
    schema = build_schema((ROOT / "schema.graphql").read_text())
    assert validate(schema, parse(document.read_text())) == []


def test_there_are_examples_and_their_variables_are_json() -> None:
    assert any("subscription" in path.read_text() for path in DOCUMENTS)
    assert any("mutation" in path.read_text() for path in DOCUMENTS)
    for variables in EXAMPLES.glob("*.json"):
        assert isinstance(json.loads(variables.read_text()), dict)
