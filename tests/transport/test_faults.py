"""What clients see of errors: their own explained, ours masked."""

import json

import pytest
import structlog
from structlog.testing import capture_logs

from api.logs import configure_logs
from api.transport.faults import internal
from tests.conftest import StartServer
from tests.servers import wait_until
from tests.transport.toy import SECRET, ToyServer
from tests.transport.wire import Wire, ask
from tests.upstream.server import FakeUpstream


def test_a_bug_is_masked_and_logged_under_the_same_id(toy: ToyServer) -> None:
    with capture_logs() as lines:
        answer = ask(toy.url, {"query": "{ fine broken }"})
    (error,) = answer.json["errors"]
    assert answer.json["data"] == {"fine": "fine", "broken": None}
    assert error["message"] == "Internal error"
    assert error["path"] == ["broken"]
    assert error["extensions"]["code"] == "INTERNAL"
    (line,) = lines
    assert line["request_id"] == error["extensions"]["requestId"]
    assert SECRET in str(line["exc_info"])
    assert SECRET.encode() not in answer.body and b".py" not in answer.body


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_trace_in_the_log_shows_no_local_variables(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("error", form)

    def fail(content: str) -> None:
        raise RuntimeError(f"failed on {len(content)} characters")

    try:
        fail(SECRET)
    except RuntimeError as error:
        internal(error)
    finally:
        structlog.reset_defaults()
    log = capsys.readouterr().err
    assert "failed on" in log and "in fail" in log
    assert SECRET not in log


def test_a_value_that_the_schema_forbids_is_a_bug_as_well(toy: ToyServer) -> None:
    (error,) = ask(toy.url, {"query": "{ impossible }"}).json["errors"]
    assert error["extensions"]["code"] == "INTERNAL"


def test_an_error_with_a_code_of_its_own_passes(toy: ToyServer) -> None:
    (error,) = ask(toy.url, {"query": "{ refused }"}).json["errors"]
    assert error["message"] == "Not today."
    assert error["extensions"] == {"code": "NOT_TODAY"}


def test_a_bug_within_a_stream_is_masked_and_ends_it(toy: ToyServer) -> None:
    with Wire(toy.url) as wire:
        wire.post("/graphql", {"query": "subscription { breaks }"}, accept="text/event-stream")
        stream = wire.read_until(b"event: complete")
    payloads = [json.loads(line[6:]) for line in stream.split(b"\n") if line.startswith(b"data: {")]
    assert payloads[0] == {"data": {"breaks": 1}}
    assert payloads[1]["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert len(payloads) == 2
    assert SECRET.encode() not in stream


@pytest.mark.parametrize(
    ("body", "code", "told"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED", "Expected Name"),
        ({"query": "{ nope }"}, "GRAPHQL_VALIDATION_FAILED", "nope"),
        (
            {"query": "subscription($n: Int!) { count(to: $n) }", "variables": {"n": "x"}},
            "BAD_USER_INPUT",
            "$n",
        ),
        ({"query": "subscription($n: Int!) { count(to: $n) }"}, "BAD_USER_INPUT", "$n"),
    ],
)
def test_an_error_before_a_stream_has_a_status_and_a_code(
    toy: ToyServer, body: dict[str, object], code: str, told: str
) -> None:
    answer = ask(toy.url, body, accept="text/event-stream")
    assert answer.status == 400
    assert answer.headers["content-type"].startswith("application/json")
    (error,) = answer.json["errors"]
    assert error["extensions"]["code"] == code
    assert told in error["message"]
    wait_until(lambda: toy.sources.opened == toy.sources.closed)


GUESSES = [
    "{ contractVersio }",
    '{ run(ide: "x") { __typename } }',
    "query($x: ChatInptu) { contractVersion }",
    "mutation { chat(input: {histori: []}) { __typename } }",
    'mutation { chat(input: {history: [{role: USR, content: ""}]}) { __typename } }',
    "{ health { modle { provider } } }",
]


@pytest.mark.parametrize("query", GUESSES)
def test_a_server_that_hides_its_schema_suggests_nothing_of_it(
    start_server: StartServer, upstream: FakeUpstream, query: str
) -> None:
    options = {"openai_base_url": upstream.base_url, "model": "fake"}
    hiding = start_server(**options, introspection=False)
    told = ask(hiding.url, {"query": query}).body
    assert b"errors" in told
    assert b"Did you mean" not in told
    assert b"Allowed values" not in told
    shut = [ask(hiding.url, {"query": "{ __schema { types { name } } }"})]
    with Wire(hiding.url) as wire:
        shut.append(wire.send("GET", "/openapi.json").answer())
    assert [answer.status for answer in shut] == [200, 404]
    assert "data" not in shut[0].json
