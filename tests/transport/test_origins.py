"""Pages of other sites: which may call, and what browsers are told."""

import pytest

from tests.conftest import StartServer
from tests.servers import LiveServer
from tests.transport.wire import Answer, Wire, ask
from tests.upstream.server import FakeUpstream

FRIEND = "https://chat.example"
QUERY = {"query": "{ contractVersion }"}


@pytest.fixture
def friendly_server(start_server: StartServer, upstream: FakeUpstream) -> LiveServer:
    return start_server(openai_base_url=upstream.base_url, model="fake", allowed_origins=(FRIEND,))


@pytest.mark.parametrize("path", ["/graphql", "/chat"])
def test_a_page_of_another_origin_is_refused(path: str, shared_server: LiveServer) -> None:
    for origin in ("https://evil.example", "null", f"{shared_server.url}1"):
        assert ask(shared_server.url, QUERY, path, origin=origin).status == 403


def test_the_server_s_own_pages_may_call(shared_server: LiveServer) -> None:
    assert ask(shared_server.url, QUERY, origin=shared_server.url).status == 200
    proxied = ask(
        shared_server.url, QUERY, origin="https://parley.example", sec_fetch_site="same-origin"
    )
    assert proxied.status == 200


def test_an_image_of_another_site_starts_nothing(shared_server: LiveServer) -> None:
    for site in ("cross-site", "same-site"):
        with Wire(shared_server.url) as wire:
            headers = {"sec-fetch-site": site, "accept": "image/*,*/*;q=0.8"}
            answer = wire.send("GET", "/graphql?query={contractVersion}", headers).answer()
        assert answer.status == 403


def preflight(server: LiveServer, origin: str) -> Answer:
    headers = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    with Wire(server.url) as wire:
        return wire.send("OPTIONS", "/graphql", headers).answer()


def test_a_page_of_an_allowed_origin_may_call_and_read(friendly_server: LiveServer) -> None:
    allowed = preflight(friendly_server, FRIEND)
    assert allowed.status == 200
    assert allowed.headers["access-control-allow-origin"] == FRIEND
    assert "access-control-allow-credentials" not in allowed.headers
    answer = ask(friendly_server.url, QUERY, origin=FRIEND)
    assert answer.json["data"]
    assert answer.headers["access-control-allow-origin"] == FRIEND


def test_browsers_are_told_nothing_where_no_origin_is_allowed(
    shared_server: LiveServer, friendly_server: LiveServer
) -> None:
    for server, origin in ((shared_server, FRIEND), (friendly_server, "https://evil.example")):
        assert "access-control-allow-origin" not in preflight(server, origin).headers
