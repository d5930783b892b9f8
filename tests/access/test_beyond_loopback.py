"""A server that others can reach tells them nothing of itself unless a setting says so."""

from pathlib import Path
from typing import Any

import pytest

from tests.access.conftest import MakeKey
from tests.access.doors import HTTP, bearer
from tests.conftest import StartServer
from tests.servers import LiveServer
from tests.transport.wire import Answer, Wire, ask
from tests.upstream.server import FakeUpstream

SCHEMA = {"query": "{ __schema { queryType { name } } }"}
GUESS = {"query": "{ contractVersio }"}


@pytest.fixture
def start(start_server: StartServer, upstream: FakeUpstream, data_dir: Path) -> Any:
    """Starts a server as `--host 0.0.0.0` does; tests reach it on this machine all the same."""
    model = {"openai_base_url": upstream.base_url, "model": "fake"}
    return lambda **more: start_server(**model, host="0.0.0.0", data_dir=data_dir, **more)


def page(server: LiveServer, path: str, key: str) -> Answer:
    with Wire(server.url) as wire:
        return wire.send("GET", path, {"accept": "text/html", **bearer(key)}).answer()


def test_explorer_introspection_documents_and_suggestions_are_off(start: Any, key: str) -> None:
    server = start()
    assert page(server, "/graphql", key).status >= 400
    for path in ("/docs", "/openapi.json", "/redoc", "/graphiql/index.html"):
        assert page(server, path, key).status == 404, path
    (error, *_) = ask(server.url, SCHEMA, **bearer(key)).json["errors"]
    assert "introspection" in error["message"]
    assert b"contractVersion" not in ask(server.url, GUESS, **bearer(key)).body


def test_settings_put_them_on(start: Any, key: str) -> None:
    server = start(graphiql=True, introspection=True)
    assert b"<html" in page(server, "/graphql", key).body
    assert page(server, "/docs", key).status == page(server, "/openapi.json", key).status == 200
    assert ask(server.url, SCHEMA, **bearer(key)).json["data"]
    assert b"contractVersion" in ask(server.url, GUESS, **bearer(key)).body


@pytest.mark.parametrize("door", sorted(HTTP))
def test_every_door_asks_for_a_key(start: Any, make_key: MakeKey, door: str) -> None:
    key = make_key()
    server = start()
    assert HTTP[door](server.url, None).status == 401
    assert HTTP[door](server.url, key).status == 200


def test_a_server_without_keys_lets_nobody_in_from_elsewhere(start: Any) -> None:
    """Not even where it was started without the check, by another ASGI server."""
    for door in HTTP.values():
        assert door(start().url, None).status == 401
