"""The kinds of bad input, with the counts of the long form."""

from pathlib import Path

import schemathesis
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from schemathesis.generation import GenerationMode
from schemathesis.graphql import nodes

from tests.fuzz.bodies import bodies
from tests.fuzz.documents import documents
from tests.fuzz.frames import sessions
from tests.fuzz.messages import document, post
from tests.fuzz.rounds import Kind
from tests.fuzz.values import contract_values
from tests.fuzz.verdict import Case

SCHEMA = Path(__file__).parents[2] / "schema.graphql"


def schema_cases() -> SearchStrategy[Case]:
    """What schemathesis makes of each query and mutation, fitting the schema and breaking it."""
    schemathesis.graphql.scalar("Date", (st.dates().map(str) | st.text()).map(nodes.String))
    contract = schemathesis.graphql.from_path(SCHEMA)
    operations = [result.ok() for result in contract.get_all_operations()]
    drawn = st.one_of(
        operation.as_strategy(generation_mode=mode)
        for operation in operations
        for mode in GenerationMode
    )
    return drawn.map(lambda case: post(document(case.body)))


KINDS = {
    "schemathesis": Kind(schema_cases, 5_000),
    "websocket": Kind(sessions, 20_000),
    "bodies": Kind(bodies, 20_000),
    "documents": Kind(documents, 5_000),
    "values": Kind(contract_values, 5_000),
}
