"""GraphiQL and Swagger come from our own files."""

import re
from pathlib import Path

import pytest

from api.transport import graphiql
from tests.conftest import StartServer
from tests.servers import LiveServer
from tests.transport.wire import Answer, Wire
from tests.upstream.server import FakeUpstream

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def get(server: LiveServer, path: str, accept: str = BROWSER) -> Answer:
    with Wire(server.url) as wire:
        return wire.send("GET", path, {"accept": accept}).answer()


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "graphiql"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>GraphiQL</title>")
    (folder / "assets" / "index-abc123.js").write_text("export {}")
    monkeypatch.setattr(graphiql, "BUNDLE", folder)
    return folder


def test_a_browser_that_opens_graphql_sees_the_explorer(
    bundle: Path, shared_server: LiveServer
) -> None:
    for path in ("/graphql", "/graphql?query={contractVersion}"):
        answer = get(shared_server, path)
        assert answer.status == 200
        assert b"GraphiQL" in answer.body
        assert answer.headers["cache-control"] == "no-cache"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy


def test_a_program_that_opens_graphql_gets_json(bundle: Path, shared_server: LiveServer) -> None:
    answer = get(shared_server, "/graphql?query={contractVersion}", "*/*")
    assert answer.json["data"]
    assert get(shared_server, "/graphql", "*/*").status == 400


def test_files_whose_name_holds_a_hash_are_kept(bundle: Path, live_server: LiveServer) -> None:
    script = get(live_server, "/graphiql/assets/index-abc123.js")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert get(live_server, "/graphiql/index.html").headers["cache-control"] == "no-cache"
    assert get(live_server, "/graphiql/../../app.py").status == 404
    assert get(live_server, "/graphiql/%2e%2e/%2e%2e/app.py").status == 404


def test_without_a_bundle_the_page_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_server: LiveServer
) -> None:
    monkeypatch.setattr(graphiql, "BUNDLE", tmp_path / "missing")
    answer = get(shared_server, "/graphql")
    assert answer.status == 503
    assert b"make graphiql" in answer.body


def test_the_explorer_can_be_switched_off(
    bundle: Path, start_server: StartServer, upstream: FakeUpstream
) -> None:
    server = start_server(openai_base_url=upstream.base_url, model="fake", graphiql=False)
    assert get(server, "/graphql").status == 400
    assert get(server, "/graphiql/index.html").status == 404


def test_swagger_needs_nothing_from_elsewhere(shared_server: LiveServer) -> None:
    page = get(shared_server, "/docs")
    assert page.status == 200
    files = re.findall(r'(?:href|src)="([^"]+)"', page.body.decode())
    assert len(files) == 3
    for name in files:
        assert "//" not in name
        assert get(shared_server, f"/{name}").status == 200
    assert b"://" not in page.body
    paths = get(shared_server, "/openapi.json").json["paths"]
    assert set(paths) == {"/", "/chat", "/healthz", "/readyz"}
