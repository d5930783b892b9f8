"""The React page comes from our own files, under a strict policy."""

from pathlib import Path

import pytest

from api.transport import react_app
from tests.conftest import StartServer
from tests.servers import LiveServer
from tests.transport.test_pages import get
from tests.transport.wire import Wire
from tests.upstream.server import FakeUpstream


def test_without_a_bundle_the_page_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live_server: LiveServer
) -> None:
    monkeypatch.setattr(react_app, "BUNDLE", tmp_path / "missing")
    answer = get(live_server, "/app/")
    assert answer.status == 503
    assert b"make react" in answer.body


def test_the_page_runs_no_script_but_its_own_and_makes_no_html_of_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live_server: LiveServer
) -> None:
    (tmp_path / "index.html").write_text("<!doctype html><title>Parley</title>")
    monkeypatch.setattr(react_app, "BUNDLE", tmp_path)
    answer = get(live_server, "/app/?run=abc")
    assert answer.status == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-dns-prefetch-control"] == "off"


def test_the_address_without_a_slash_leads_to_the_page_and_keeps_its_run(
    live_server: LiveServer,
) -> None:
    answer = get(live_server, "/app?run=abc")
    assert answer.status == 307
    assert answer.headers["location"] == "/app/?run=abc", "a proxy may have another name"


def test_its_files_are_compressed_and_kept(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    start_server: StartServer,
    upstream: FakeUpstream,
) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-abc123.js").write_text("export {};" * 1000)
    monkeypatch.setattr(react_app, "BUNDLE", tmp_path)
    server = start_server(openai_base_url=upstream.base_url, model="fake")
    with Wire(server.url) as wire:
        path = "/app/assets/index-abc123.js"
        answer = wire.send("GET", path, {"accept-encoding": "gzip"}).answer()
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.body) < 1000
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert get(server, "/app/assets/../index.html").status == 404
