"""A compiled selection says what graphql-core says, byte for byte, or leaves it to graphql-core.

`SELECTIONS=20000 pytest tests/transport/test_selection.py` compares more random documents.
"""

import json
import os
import random
import re
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

import pytest
import strawberry
from graphql import FieldNode, OperationDefinitionNode, parse, print_ast

from api.contract.events import EVENTS, RunFailed, RunStarted
from api.contract.problems import PROBLEMS
from api.contract.results import ChatReply
from api.schema import schema
from api.transport.engine import Engine, Prepared
from api.transport.limits import Limits
from api.transport.operation import Operation
from api.transport.selection import DEFINITION, NOT_PLAIN
from tests.transport.random_selections import documents, random_event, random_object

COUNT = int(os.environ.get("SELECTIONS", "1000"))
SEED = int(os.environ.get("SEED", "20261123"))
OPERATIONS = Path(__file__).parents[2] / "clients" / "operations"
VARIABLES = {"input": {"history": []}, "id": "r", "after": 1}


def prepared(query: str, engine: Engine | None = None, **variables: Any) -> Prepared:
    known = {k: v for k, v in {**VARIABLES, **variables}.items() if f"${k}" in query}
    return (engine or Engine(schema)).prepare(Operation(query, known), None)


async def test_random_selections_of_random_events_are_encoded_as_graphql_core_does() -> None:
    engine, source = Engine(schema, limits=Limits(query_aliases=1_000)), random.Random(SEED)
    plain = different = 0
    for text, variables in documents(schema._schema, COUNT, SEED):
        operation = prepared(text, engine)
        assert (operation.selection is None) == variables, text
        for broken in (False, False, True):
            event = random_event(source, broken)
            if operation.selection is None:
                continue
            try:
                ours = operation.selection(event)
            except NOT_PLAIN:
                assert broken, f"{text}\n{event}"
                continue
            plain += 1
            if ours != await operation._executed(event):
                different += 1
                print(text, event, ours, await operation._executed(event), sep="\n")
    print(f"{COUNT} selections, {plain} events, {different} differences")
    assert different == 0
    assert plain > COUNT


def shared_documents() -> list[str]:
    """The clients' subscriptions."""
    paths = sorted(OPERATIONS.glob("*.graphql"))
    return [shared_document(p) for p in paths if re.search("^subscription ", p.read_text(), re.M)]


def shared_document(path: Path) -> str:
    """One of the clients' documents with those of the shared fragments that it uses."""
    shared = parse((OPERATIONS / "fragments.graphql").read_text()).definitions
    fragments = {definition.name.value: print_ast(definition) for definition in shared}
    return _complete(path.read_text(), fragments)


def _complete(text: str, fragments: Mapping[str, str]) -> str:
    parts, missing = [text], re.findall(r"\.\.\.(\w+)", text)
    while missing:
        part = fragments[missing.pop()]
        if part not in parts:
            parts.append(part)
            missing += re.findall(r"\.\.\.(\w+)", part)
    return "\n".join(parts)


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize("query", shared_documents())
async def test_the_clients_documents_are_always_compiled(query: str, kind: type[Any]) -> None:
    operation = prepared(query)
    assert operation.selection is not None
    event = random_object(random.Random(1), kind)
    assert operation.selection(event) == await operation._executed(event)


@pytest.mark.parametrize("kind", PROBLEMS)
async def test_every_problem_is_compiled(kind: type[Any]) -> None:
    source = random.Random(2)
    failed = random_object(source, RunFailed)
    failed.problem = random_object(source, kind)
    operation = prepared(shared_documents()[0])
    assert operation.selection is not None
    assert operation.selection(failed) == await operation._executed(failed)


class Replying:
    """A context whose run service answers every mutation with `answer`."""

    def __init__(self, answer: Any) -> None:
        self.services, self.runs, self.caller, self.answer = self, self, None, answer

    async def complete(self, *_: Any) -> Any:
        return self.answer

    start = cancel = complete


def root_of(query: str) -> list[str]:
    """The path of the only field that a subscription asks for."""
    asked = parse(query).definitions[0]
    assert isinstance(asked, OperationDefinitionNode)
    (field,) = asked.selection_set.selections
    assert isinstance(field, FieldNode)
    return [field.name.value]


class Followed(Replying):
    """A context whose run service tells no events to whoever follows a run."""

    last_event_id = None

    async def nothing(self, *_: Any) -> AsyncGenerator[Any, None]:
        for event in ():
            yield event

    stream = follow = nothing


@pytest.mark.parametrize("query", shared_documents())
async def test_what_is_left_of_a_started_stream_needs_no_variables(query: str) -> None:
    broken = random_object(random.Random(1), RunStarted)
    broken.model = None
    known = {name: value for name, value in VARIABLES.items() if f"${name}" in query}
    operation = Engine(schema).prepare(Operation(query, known), Followed(None))
    before = json.loads((await operation.result_of(broken)).payload)
    await operation.start()
    assert operation.executor is None
    after = json.loads((await operation.result_of(broken)).payload)
    assert before["data"] is after["data"] is None
    paths = [result["errors"][0]["path"] for result in (before, after)]
    assert paths == [[*root_of(query), "model"]] * 2


def members_of_results() -> list[tuple[str, type[Any]]]:
    """The clients' mutations, each with everything that it may be answered."""
    roots = {"chat": "ChatResult", "start_run": "StartRunResult", "cancel_run": "CancelRunResult"}
    known = schema._schema
    return [
        (name, member.extensions[DEFINITION].origin)
        for name, union in roots.items()
        for member in known.get_possible_types(known.type_map[union])
    ]


@pytest.mark.parametrize(("name", "kind"), members_of_results())
async def test_what_a_mutation_returns_is_encoded_as_graphql_core_does(
    name: str, kind: type[Any]
) -> None:
    query = shared_document(OPERATIONS / f"{name}.graphql")
    for seed in range(20):
        answer = random_object(random.Random(seed), kind)
        ours, theirs = (mutation(query, answer) for _ in range(2))
        assert ours.executor.encode_answer is not None
        theirs.executor.encode_answer = None
        assert await ours.answer() == await theirs.answer()


def mutation(query: str, answer: Any) -> Prepared:
    known = {"input": {"history": []}, "id": "r"}
    variables = {name: value for name, value in known.items() if f"${name}" in query}
    return Engine(schema).prepare(Operation(query, variables), Replying(answer))


async def test_a_mutations_answer_that_breaks_its_type_is_left_to_graphql_core() -> None:
    broken = random_object(random.Random(1), ChatReply)
    broken.reply.content = None
    result = json.loads(
        (await mutation(shared_document(OPERATIONS / "chat.graphql"), broken).answer()).payload
    )
    assert result["data"] is None
    assert result["errors"][0]["path"] == ["chat", "reply", "content"]


@strawberry.type
class Told:
    plain: str
    number: int = 1

    @strawberry.field
    def computed(self) -> str:
        return self.plain.upper()

    @strawberry.field
    def with_argument(self, times: int = 1) -> str:
        return self.plain * times


@strawberry.type
class Query:
    fine: str = "fine"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def told(self) -> AsyncGenerator[Told, None]:
        yield Told(plain="a")
        yield Told(plain="\ud800")
        yield Told(plain=None)  # type: ignore[arg-type]
        yield Told(plain="b", number=2**31)


TOY = Engine(strawberry.Schema(Query, subscription=Subscription))


@pytest.mark.parametrize(
    "query",
    [
        "subscription { told { computed } }",
        "subscription { told { withArgument(times: 2) } }",
        "subscription ($f: Boolean! = true) { told { plain @skip(if: $f) } }",
        "subscription ($f: Boolean! = true) { told { ... @include(if: $f) { plain } } }",
    ],
    ids=["a resolver", "an argument", "a variable on a field", "a variable on a fragment"],
)
def test_what_is_not_plain_is_left_to_graphql_core(query: str) -> None:
    assert prepared(query, TOY).selection is None


async def test_an_event_that_breaks_its_type_is_left_to_graphql_core() -> None:
    operation = prepared("subscription { told { plain number } }", TOY)
    assert operation.selection is not None
    results = [json.loads(result.payload) async for result in await operation.start()]
    assert [result["data"] for result in results] == [
        {"told": {"plain": "a", "number": 1}},
        {"told": {"plain": "?", "number": 1}},
        None,
        None,
    ]
    assert ["errors" in result for result in results] == [False, False, True, True]


def test_a_document_is_compiled_once_for_each_operation() -> None:
    query = "subscription A { told { plain } } subscription B { told { number } }"
    selections = [
        TOY.prepare(Operation(query, name=name), None).selection for name in ("A", "B", "A")
    ]
    assert selections[0] is selections[2] is not selections[1]
