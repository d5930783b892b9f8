"""A credential appears nowhere but in the request: not in logs, answers, errors or files."""

import json
import os
import secrets
from pathlib import Path

from tests.access.conftest import MakeKey
from tests.access.doors import HTTP, bearer, close_code, opened
from tests.servers import ServerProcess
from tests.transport.wire import Wire
from tests.upstream.server import FakeUpstream


def test_a_canary_key_appears_nowhere(
    upstream: FakeUpstream, data_dir: Path, make_key: MakeKey
) -> None:
    canary = make_key("canary")
    wrong = f"parley_aaaaaaaa_{secrets.token_urlsafe(32)}"
    upstream_key = f"sk-{secrets.token_hex(24)}"
    said: list[bytes] = []
    environment = {"OPENAI_BASE_URL": upstream.base_url, "OPENAI_API_KEY": upstream_key}
    environment |= {"PARLEY_MODEL": "fake", "PARLEY_LOG_LEVEL": "debug"}
    with ServerProcess(data_dir, **environment) as server:
        for fault in (None, "unauthorized", "server_error"):
            for door in HTTP.values():
                if fault:
                    upstream.fault(fault, times=4)
                for key in (canary, wrong):
                    answer = door(server.url, key)
                    said.append(json.dumps(answer.headers).encode() + answer.body)
                upstream.reset()
        for key in (canary, wrong):
            said += malformed(server.url, key)
        with opened(server.url, {"authorization": wrong}) as socket:
            assert close_code(socket) == 4403
            said.append(str(socket.close_reason).encode())
    files = [path for path in data_dir.parent.rglob("*") if path.is_file()]
    assert any(path.suffix == ".log" for path in files)
    for text in [*said, *(path.read_bytes() for path in files)]:
        for secret in (canary, wrong, upstream_key):
            assert secret.split("_", 2)[-1].encode() not in text
            assert secret.encode() not in text
    assert all(canary not in str(request.headers) for request in upstream.requests)
    assert canary not in str(os.environ)


def malformed(url: str, key: str) -> list[bytes]:
    """Answers to requests at fault that carry the key."""
    bodies = [b"{", b"[]", b'{"query": "{"}', b'{"query": "{ nothing }"}', b"\xff", b"null"]
    answers = []
    for body in bodies:
        with Wire(url) as wire:
            head = {"content-type": "application/json", **bearer(key)}
            answers.append(wire.send("POST", "/graphql", head, body).answer().body)
    return answers
