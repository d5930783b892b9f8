"""`--documents strict`: only the recorded documents are answered, on every door."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from api.limit_settings import RECORDED
from api.transport.recorded import ManifestError, read_manifest
from clients.python import Session, Transcript
from tests.servers import LiveServer
from tests.transport.wire import Wire, ask
from tests.upstream.server import FakeUpstream

ENTRIES = {entry["name"]: entry for entry in json.loads(RECORDED.read_text())["operations"]}
VERSION = ENTRIES["ContractVersion"]


@pytest.fixture(scope="module")
def strict_server(tmp_path_factory: Any) -> Iterator[LiveServer]:
    with FakeUpstream() as upstream:
        settings = {"openai_base_url": upstream.base_url, "model": "fake", "documents": "strict"}
        with LiveServer(tmp_path_factory.mktemp("data"), **settings) as server:
            yield server


def code_of(answer: Any) -> str:
    (error,) = answer.json["errors"]
    return str(error["extensions"]["code"])


NAMED = [
    {"documentId": VERSION["id"]},
    {"documentId": f"sha256:{VERSION['id']}"},
    {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": VERSION["id"]}}},
    {"query": VERSION["body"]},
]


@pytest.mark.parametrize("body", NAMED, ids=["id", "id with its kind", "extension", "text"])
def test_a_recorded_document_is_answered(strict_server: LiveServer, body: dict[str, Any]) -> None:
    assert ask(strict_server.url, body).json["data"]["contractVersion"]


def test_a_recorded_document_is_answered_to_a_get(strict_server: LiveServer) -> None:
    for fields in (
        {"documentId": VERSION["id"]},
        {"extensions": json.dumps({"persistedQuery": {"sha256Hash": VERSION["id"]}})},
    ):
        with Wire(strict_server.url) as wire:
            assert wire.send("GET", f"/graphql?{urlencode(fields)}").answer().status == 200


def test_any_other_document_is_refused(strict_server: LiveServer) -> None:
    for query in ("{ contractVersion }", f"{VERSION['body']} ", "{ __typename }"):
        assert code_of(ask(strict_server.url, {"query": query})) == "DOCUMENT_NOT_RECORDED"


def test_an_unknown_hash_is_told_so_that_clients_send_the_text(strict_server: LiveServer) -> None:
    for body in ({"documentId": "0" * 64}, {"documentId": "../../etc/passwd"}):
        assert code_of(ask(strict_server.url, body)) == "PERSISTED_QUERY_NOT_FOUND"
    answer = ask(strict_server.url, {"documentId": ["x"]})
    assert answer.status == 400


def test_a_websocket_answers_recorded_documents_only(strict_server: LiveServer) -> None:
    address = strict_server.url.replace("http", "ws") + "/graphql"
    with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        socket.send('{"type": "connection_init"}')
        socket.recv()
        for payload in (*NAMED, {"query": "{ contractVersion }"}):
            socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
            answer = json.loads(socket.recv())
            if payload in NAMED:
                assert answer["payload"]["data"]["contractVersion"]
                assert json.loads(socket.recv())["type"] == "complete"
            else:
                assert answer["payload"][0]["extensions"]["code"] == "DOCUMENT_NOT_RECORDED"


def test_the_python_client_has_a_whole_conversation(strict_server: LiveServer) -> None:
    with Session(strict_server.url) as session:
        assistant = next(a for a in session.assistants() if a.id == "general")
        transcript = Transcript.for_assistant(assistant)
        with session.stream(transcript.ask("Are you strict?")) as events:
            for event in events:
                transcript.apply(event)
        assert transcript.messages[-1].content == "Are you strict?"


def test_the_typescript_client_sends_the_recorded_texts() -> None:
    generated = RECORDED.parents[2] / "typescript" / "_generated" / "operations.ts"
    source = generated.read_text().replace("\\`", "`").replace("\\$", "$").replace("\\\\", "\\")
    assert all(f"document: `{entry['body']}`" in source for entry in ENTRIES.values())


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "truncated"),
        ("[]", "indices"),
        ('{"format": "other", "operations": []}', "format"),
        ('{"format": "apollo-persisted-query-manifest", "operations": [{"body": "{a}"}]}', "id"),
        (
            '{"format": "apollo-persisted-query-manifest",'
            ' "operations": [{"id": "0", "body": "{a}"}]}',
            "SHA-256",
        ),
    ],
)
def test_a_manifest_that_cannot_be_used_says_why(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "documents.json"
    path.write_text(content)
    with pytest.raises(ManifestError, match=told):
        read_manifest(path)
