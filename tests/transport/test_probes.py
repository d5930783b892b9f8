"""`/healthz` says that the server lives, `/readyz` whether it can take a run, and why not."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from api.access.key_store import KeyStore
from api.access.keys import KeyRecord, digest_of, new_key
from api.app import create_app
from api.settings import Settings
from tests.conftest import StartServer
from tests.servers import LiveServer, wait_until
from tests.transport.wire import Answer, Wire, ask
from tests.upstream.server import FakeUpstream

KEY = "sk-a-secret-that-no-probe-tells"


def get(server: LiveServer, path: str) -> Answer:
    with Wire(server.url) as wire:
        return wire.send("GET", path).answer()


def obstacles(server: LiveServer) -> list[Any]:
    """What is in the way; the status agrees, and the server lives whatever it is."""
    answer = get(server, "/readyz")
    found: list[Any] = answer.json["obstacles"]
    assert answer.status == (503 if found else 200)
    assert answer.json["ready"] is not bool(found)
    assert answer.headers["cache-control"] == "no-store"
    assert KEY not in str(answer)
    assert get(server, "/healthz").json == {"status": "OK!"}
    return found


@pytest.fixture
def server(start_server: StartServer, upstream: FakeUpstream) -> LiveServer:
    settings = {"openai_base_url": upstream.base_url, "openai_api_key": KEY, "model": "fake"}
    return start_server(**settings, breaker_failures=2, breaker_seconds=1.5)


def test_a_server_that_is_well_is_ready(server: LiveServer) -> None:
    assert obstacles(server) == []


def test_probes_need_no_key(
    start_server: StartServer, upstream: FakeUpstream, tmp_path: Path
) -> None:
    key_id, key = new_key()
    KeyStore(tmp_path).add(KeyRecord(key_id, "ada", digest_of(key), 0.0))
    settings = {"openai_base_url": upstream.base_url, "model": "fake", "data_dir": tmp_path}
    assert obstacles(start_server(**settings)) == []


def test_a_model_out_of_reach_is_in_the_way_until_it_is_back(
    server: LiveServer, upstream: FakeUpstream
) -> None:
    upstream.models_status = 401
    assert obstacles(server) == [
        {"part": "model", "fix": "The model's server doesn't accept the API key."}
    ]
    upstream.models_status = 200
    wait_until(lambda: not obstacles(server))


def test_a_model_that_is_left_alone_is_in_the_way_until_its_probe_is_due(
    server: LiveServer, upstream: FakeUpstream
) -> None:
    upstream.fault("overloaded", times=2)
    question = {"history": [{"role": "user", "content": "Well?"}]}
    assert [ask(server.url, question, "/chat").status for _ in "ab"] == [503, 503]
    (found,) = obstacles(server)
    assert found["part"] == "model" and "left alone" in found["fix"]
    wait_until(lambda: not obstacles(server))
    assert len(upstream.requests) == 2, "asking for readiness is no probe"
    assert ask(server.url, question, "/chat").status == 200


async def test_many_who_ask_cost_one_look_a_second(upstream: FakeUpstream, tmp_path: Path) -> None:
    values = {"data_dir": tmp_path, "openai_base_url": upstream.base_url, "model": "fake"}
    app = create_app(Settings(_env_file=None, **values))  # type: ignore[call-arg]
    readiness, now = app.state.services.readiness, [100.0]
    readiness._clock = lambda: now[0]
    async with app.router.lifespan_context(app):
        leaving = asyncio.create_task(readiness.obstacles())
        await asyncio.sleep(0)
        asking = [asyncio.create_task(readiness.obstacles()) for _ in range(50)]
        leaving.cancel()
        assert await asyncio.gather(*asking) == [[]] * 50
        assert upstream.connections == 1
        now[0] += 0.9
        await readiness.obstacles()
        assert upstream.connections == 1
        now[0] += 0.2
        await readiness.obstacles()
        assert upstream.connections == 2
