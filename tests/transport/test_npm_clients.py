"""The npm clients that frontends are written with, against a live server."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.servers import LiveServer
from tests.upstream.script import numbered
from tests.upstream.server import FakeUpstream

ROOT = Path(__file__).parents[2]
PROGRAMS = ROOT / "tests" / "clients_js"
NODE = ROOT / ".venv" / "bin" / "node"
TOKENS = 28
"""With its start and its end, a reply of so many tokens is 30 events."""


@contextmanager
def running(program: str, server: LiveServer) -> Iterator[Iterator[Any]]:
    """The lines of JSON that a program prints, as they come."""
    node = str(NODE) if NODE.exists() else shutil.which("node")
    assert node and (PROGRAMS / "node_modules").is_dir(), "not set up: `make test` does it"
    process = subprocess.Popen(
        [node, program, f"{server.url}/graphql"],
        cwd=PROGRAMS,
        env={"PATH": os.environ["PATH"], "NO_PROXY": "*"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout
        try:
            yield map(json.loads, process.stdout)
            assert process.wait(30) == 0
        finally:
            process.kill()


def test_all_audits_of_graphql_over_http_pass(live_server: LiveServer) -> None:
    with running("audits.js", live_server) as lines:
        (audits,) = lines
    assert [audit for audit in audits if audit["status"] != "ok"] == []
    assert len(audits) == 61


@pytest.mark.parametrize("client", ["graphql_ws", "graphql_sse", "apollo", "urql"])
def test_a_client_runs_a_subscription_and_the_mutation(
    client: str, live_server: LiveServer, upstream: FakeUpstream
) -> None:
    """The model says a token only when the client has shown the one before it."""
    gate = upstream.numbered(TOKENS, gated=True)
    upstream.numbered(TOKENS)
    gate.release()
    with running(f"{client}.js", live_server) as lines:
        events = []
        for event in lines:
            events.append(event)
            if event["__typename"] == "TextDelta":
                gate.release()
        *events, reply = events
    assert [event["seq"] for event in events] == list(range(TOKENS + 2))
    assert [event["text"] for event in events[1:-1]] == numbered(TOKENS)
    assert [events[0]["__typename"], events[-1]["__typename"]] == ["RunStarted", "RunCompleted"]
    assert reply["reply"]["content"] == "".join(numbered(TOKENS))
