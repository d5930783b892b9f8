"""Behind nginx, configured as docs/operations.md says, everything works as without it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from api.access.key_store import KeyStore
from api.access.keys import KeyRecord, digest_of, new_key
from tests.access.doors import SUBPROTOCOL, bearer
from tests.durability.asking import CHAT, MUTATION, chat_input
from tests.proxy.nginx import Nginx
from tests.servers import LiveServer
from tests.transport.wire import Wire
from tests.upstream.server import FakeUpstream

NAME = "chat.example"
FORWARDED = {
    "x-forwarded-for": "127.0.0.1",
    "x-real-ip": "127.0.0.1",
    "x-forwarded-host": "localhost",
    "x-forwarded-proto": "http",
    "forwarded": "for=127.0.0.1;host=localhost",
    "x-original-url": "/healthz",
    "x-rewrite-url": "/healthz",
}
ASK = {"query": MUTATION, "variables": {"input": chat_input("Who?")}}


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream() as server:
        yield server


@pytest.fixture(scope="module")
def proxied(upstream: FakeUpstream, tmp_path_factory: Any) -> Iterator[tuple[Nginx, str]]:
    """A proxy before a server with keys, and an admin's key."""
    data = tmp_path_factory.mktemp("data")
    key_id, key = new_key()
    KeyStore(data).add(KeyRecord(key_id, "ada", digest_of(key), 0.0, admin=True))
    model = {"openai_base_url": upstream.base_url, "model": "fake"}
    folder = tmp_path_factory.mktemp("nginx")
    with LiveServer(data, **model) as server, Nginx(server.port, folder) as proxy:
        yield proxy, key


@pytest.fixture(autouse=True)
def nothing_said(upstream: FakeUpstream) -> None:
    upstream.reset()


@pytest.fixture
async def http(proxied: tuple[Nginx, str]) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of the proxy, under the name of the server, with a key."""
    proxy, key = proxied
    async with client(proxy, **bearer(key)) as session:
        yield session


def client(proxy: Nginx, **headers: str) -> aiohttp.ClientSession:
    """Its own certificate is not looked at; only paths are asked for."""
    return aiohttp.ClientSession(
        proxy.url,
        headers={"host": NAME, **headers},
        connector=aiohttp.TCPConnector(ssl=False),
        timeout=aiohttp.ClientTimeout(total=60),
    )


def question(**more: Any) -> dict[str, Any]:
    return {"query": CHAT, "variables": {"input": chat_input("Count.", **more)}}


async def event_stream(http: aiohttp.ClientSession, **more: Any) -> AsyncIterator[Any]:
    headers = {"accept": "text/event-stream"}
    async with http.post("/graphql", json=question(**more), headers=headers) as answer:
        async for line in answer.content:
            if line.startswith(b"data: {"):
                yield json.loads(line[6:])["data"]["chat"]


async def multipart(http: aiohttp.ClientSession, **more: Any) -> AsyncIterator[Any]:
    headers = {"accept": "multipart/mixed;subscriptionSpec=1.0"}
    async with http.post("/graphql", json=question(**more), headers=headers) as answer:
        async for line in answer.content:
            if line.startswith(b'{"payload"'):
                yield json.loads(line)["payload"]["data"]["chat"]


async def websocket(http: aiohttp.ClientSession, **more: Any) -> AsyncIterator[Any]:
    async with http.ws_connect("/graphql", protocols=[SUBPROTOCOL]) as socket:
        await socket.send_json({"type": "connection_init"})
        await socket.receive_json()
        await socket.send_json({"type": "subscribe", "id": "1", "payload": question(**more)})
        while (message := await socket.receive_json())["type"] != "complete":
            if message["type"] == "next":
                yield message["payload"]["data"]["chat"]


Stream = Callable[..., AsyncIterator[Any]]
STREAMS: list[Stream] = [event_stream, multipart, websocket]


async def test_a_mutation_is_answered(http: aiohttp.ClientSession, upstream: FakeUpstream) -> None:
    upstream.reply("Robin.")
    async with http.post("/graphql", json=ASK) as answer:
        assert answer.status == 200
        reply = (await answer.json())["data"]["chat"]
    assert reply["reply"]["content"] == "Robin."


@pytest.mark.parametrize("stream", STREAMS)
async def test_events_come_while_the_model_still_speaks(
    http: aiohttp.ClientSession, upstream: FakeUpstream, stream: Stream
) -> None:
    gate = upstream.numbered(3, gated=True)
    events = stream(http)
    assert (await anext(events))["__typename"] == "RunStarted"
    for token in ("t0", " t1"):
        gate.release()
        async with asyncio.timeout(30):
            assert (await anext(events))["text"] == token
        assert len(upstream.active) == 1
    gate.open()
    assert [event["__typename"] async for event in events] == ["TextDelta", "RunCompleted"]


@pytest.mark.parametrize("stream", STREAMS)
async def test_a_client_that_leaves_disconnects_from_the_model(
    http: aiohttp.ClientSession, upstream: FakeUpstream, stream: Stream
) -> None:
    upstream.numbered(9, gated=True).release()
    events = stream(http, onDisconnect="CANCEL")
    async for event in events:
        if event["__typename"] == "TextDelta":
            break
    await http.close()
    await upstream.until(lambda: len(upstream.closed_early) == 1)


async def test_so_does_one_that_waited_for_a_whole_reply(
    http: aiohttp.ClientSession, upstream: FakeUpstream
) -> None:
    upstream.numbered(9, gated=True).release()
    asked = {**ASK, "variables": {"input": chat_input("Who?", onDisconnect="CANCEL")}}
    waiting = asyncio.create_task(send(http, asked))
    await upstream.until(lambda: upstream.tokens_sent == 1)
    await http.close()
    await upstream.until(lambda: len(upstream.closed_early) == 1)
    with pytest.raises(aiohttp.ClientError):
        await waiting


async def send(http: aiohttp.ClientSession, body: Any, **headers: str) -> tuple[int, Any]:
    async with http.post("/graphql", json=body, headers=headers) as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize("headers", [{}, FORWARDED, {"host": "localhost"}, {"host": "127.0.0.1"}])
async def test_no_header_grants_what_a_key_grants(
    proxied: tuple[Nginx, str], upstream: FakeUpstream, headers: dict[str, str]
) -> None:
    async with client(proxied[0], **headers) as http:
        assert (await send(http, ASK))[0] == 401
        async with http.ws_connect("/graphql", protocols=[SUBPROTOCOL]) as socket:
            await socket.send_json({"type": "connection_init"})
            assert (await socket.receive()).data == 4403
    assert upstream.requests == []


async def test_pages_of_the_servers_own_name_may_call_and_others_may_not(
    http: aiohttp.ClientSession,
) -> None:
    query = {"query": "{ contractVersion }"}
    assert (await send(http, query, origin=f"https://{NAME}"))[0] == 200
    assert (await send(http, query, origin="https://evil.example"))[0] == 403
    for origin, opens in ((f"https://{NAME}", True), ("https://evil.example", False)):
        connecting = http.ws_connect("/graphql", protocols=[SUBPROTOCOL], origin=origin)
        if opens:
            async with connecting:
                continue
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await connecting


@pytest.mark.parametrize("headers", [{}, FORWARDED, {"host": "localhost"}, {"host": "127.0.0.1"}])
async def test_a_server_without_keys_serves_nobody_through_a_proxy(
    upstream: FakeUpstream, tmp_path: Path, headers: dict[str, str]
) -> None:
    model = {"openai_base_url": upstream.base_url, "model": "fake"}
    with LiveServer(tmp_path / "data", **model) as server, Nginx(server.port, tmp_path) as proxy:
        async with client(proxy, **headers) as http:
            status, answer = await send(http, ASK)
    assert (status, answer["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN_HOST")
    assert upstream.requests == []


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("/healthz", 200, None),
        ("/readyz", 200, None),
        ("/metrics", 404, None),
        ("/app?run=1", 307, "/app/?run=1"),
    ],
)
async def test_other_paths_answer_as_they_must(
    http: aiohttp.ClientSession, path: str, status: int, location: str | None
) -> None:
    async with http.get(path, allow_redirects=False) as answer:
        assert answer.status == status
        told = answer.headers.get("location")
    assert told in (location, f"https://{NAME}{location}")


async def test_a_body_that_is_too_large_is_refused(http: aiohttp.ClientSession) -> None:
    async with http.post("/graphql", data=b"x" * 2_000_000) as answer:
        assert answer.status == 413


async def test_without_tls_the_way_to_it_is_shown(proxied: tuple[Nginx, str]) -> None:
    with Wire(proxied[0].plain) as wire:
        answer = wire.send("GET", "/app/", {"host": NAME}).answer()
    assert (answer.status, answer.headers["location"]) == (301, f"https://{NAME}/app/")
