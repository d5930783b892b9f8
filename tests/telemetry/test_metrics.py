"""`/metrics`: right numbers, for those who may read them, and a bounded number of series."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api.access.key_store import KeyStore
from api.access.keys import KeyRecord, digest_of, new_key
from api.providers.scripted import ScriptedProvider
from api.runs.memory_log import MemoryRunLog
from api.telemetry.metrics import Metrics
from api.telemetry.pulse import Pulse
from tests.conftest import StartServer
from tests.durability.asking import CANCEL, START, chat_input
from tests.servers import LiveServer, wait_until
from tests.telemetry.numbers import number, outcomes, scraped
from tests.transport.wire import Wire, ask
from tests.upstream.server import FakeUpstream

MODEL = "gpt-4.1-mini"
USAGE = {"prompt_tokens": 1_000_000, "completion_tokens": 500_000, "total_tokens": 1_500_000}


@pytest.fixture
def server(start_server: StartServer, upstream: FakeUpstream) -> LiveServer:
    """Its model has a price: 0.40 USD for a million prompt tokens, 1.60 for completion."""
    return start_server(
        openai_base_url=upstream.base_url,
        openai_api_key="sk-canary",
        model=MODEL,
        models=("unpriced",),
        prices="openai",
        retention_hours=1,
    )


def posted(server: LiveServer, query: str, **variables: Any) -> Any:
    answer = ask(server.url, {"query": query, "variables": variables})
    (value,) = answer.json["data"].values()
    return value


def start(server: LiveServer, question: str = "Well?", **more: Any) -> str:
    started: dict[str, str] = posted(server, START, input=chat_input(question, **more))
    return started["id"]


def ended(server: LiveServer, count: int) -> Any:
    """The numbers once so many runs have ended."""
    wait_until(lambda: number(scraped(server.url), "parley_runs_total") == count, what="the count")
    return scraped(server.url)


def test_runs_are_counted_by_how_they_ended(server: LiveServer, upstream: FakeUpstream) -> None:
    assert outcomes(scraped(server.url)) == {}
    for _ in "ab":
        upstream.reply("Yes.", usage=USAGE)
        start(server)
    ended(server, 2)
    upstream.fault("overloaded")
    start(server)
    ended(server, 3)
    upstream.fault("truncated", 3)
    start(server)
    ended(server, 4)
    gate = upstream.numbered(9, gated=True)
    gate.release(3)
    run_id = start(server)
    wait_until(lambda: upstream.tokens_sent >= 3)
    assert number(scraped(server.url), "parley_runs_in_flight") == 1
    posted(server, CANCEL, id=run_id)
    numbers = ended(server, 5)
    assert outcomes(numbers) == {"completed": 2, "failed": 1, "incomplete": 1, "cancelled": 1}
    wait_until(lambda: number(scraped(server.url), "parley_runs_in_flight") == 0)
    assert number(numbers, "parley_time_to_first_token_seconds_count", model=MODEL) == 4


def test_tokens_and_cost_are_those_of_the_runs(server: LiveServer, upstream: FakeUpstream) -> None:
    for _ in "abc":
        upstream.reply("Yes.", usage=USAGE)
        start(server)
    numbers = ended(server, 3)
    assert number(numbers, "parley_tokens_total", kind="prompt", model=MODEL) == 3_000_000
    assert number(numbers, "parley_tokens_total", kind="completion", model=MODEL) == 1_500_000
    cost = number(numbers, "parley_cost_total", currency="USD", model=MODEL)
    assert cost == pytest.approx(3 * (0.40 + 0.80))
    assert number(numbers, "parley_unpriced_runs_total") == 0
    start(server, settings={"model": "unpriced"})
    numbers = ended(server, 4)
    assert number(numbers, "parley_unpriced_runs_total", model="unpriced") == 1
    assert number(numbers, "parley_cost_total") == pytest.approx(cost)


def test_clients_make_no_series_and_leave_no_words(
    server: LiveServer, upstream: FakeUpstream
) -> None:
    upstream.reply("The answer's canary.")
    start(server, "The question's canary?")
    posted(server, START, input=chat_input("x", settings={"model": "first"}))
    before = ended(server, 1)
    for place in range(50):
        name = f'hostile{place}"}}\n'
        for more in ({"settings": {"model": name}}, {"assistantId": name}):
            refused = posted(server, START, input={**chat_input("canary"), **more})
            assert refused["__typename"] in ("UnknownModel", "UnknownAssistant")
        with Wire(server.url) as wire:
            wire.send("GET", f"/canary{place}", {"user-agent": "canary"}).answer()
    after = scraped(server.url)
    new = {name: dict(labels) for name, labels in after.keys() - before.keys()}
    assert new == {"parley_refusals_total": {"problem": "UnknownAssistant"}}
    assert number(after, "parley_refusals_total", problem="UnknownModel") == 51
    told = repr(after)
    for word in ("canary", "hostile", "anybody"):
        assert word not in told


def test_a_model_that_nobody_named_has_no_series_of_its_own() -> None:
    metrics = Metrics(lambda: ["known"])
    for name in ("known", "", "known ", "x" * 10_000):
        assert metrics._label(name) == ("known" if name == "known" else "other")


@pytest.mark.parametrize(
    ("admin", "status"), [(None, 401), (False, 403), (True, 200)], ids=["none", "plain", "admin"]
)
def test_with_keys_the_numbers_are_for_admins(
    start_server: StartServer, tmp_path: Path, admin: bool | None, status: int
) -> None:
    server = start_server(data_dir=tmp_path, provider=ScriptedProvider())
    key_id, key = new_key()
    KeyStore(tmp_path).add(KeyRecord(key_id, "ada", digest_of(key), 0.0, admin=bool(admin)))
    wait_until(lambda: ask(server.url, {"query": "{ contractVersion }"}).status == 401)
    headers = {} if admin is None else {"authorization": f"Bearer {key}"}
    with Wire(server.url) as wire:
        answer = wire.send("GET", "/metrics", headers).answer()
    assert answer.status == status
    assert (b"parley_runs" in answer.body) is (status == 200)
    if status == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "headers", [{"host": "evil.example"}, {"origin": "http://evil.example"}], ids=["host", "origin"]
)
def test_an_open_server_tells_no_page_of_elsewhere(
    live_server: LiveServer, headers: dict[str, str]
) -> None:
    with Wire(live_server.url) as wire:
        answer = wire.send("GET", "/metrics", headers).answer()
    assert answer.status == 403
    assert b"parley_" not in answer.body


def test_openmetrics_is_told_to_those_who_ask_for_it(live_server: LiveServer) -> None:
    for accept, media_type in (
        ("", "text/plain"),
        ("application/openmetrics-text; version=1.0.0", "application/openmetrics-text"),
    ):
        with Wire(live_server.url) as wire:
            answer = wire.send("GET", "/metrics", {"accept": accept}).answer()
        assert answer.headers["content-type"].startswith(media_type)


def test_what_waits_for_the_run_log_is_told(server: LiveServer, upstream: FakeUpstream) -> None:
    gate = upstream.numbered(9, gated=True)
    gate.release(1)
    start(server)
    wait_until(lambda: upstream.tokens_sent == 1)
    path = server.settings.data_dir / "runs.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as blocker:
        blocker.execute("BEGIN EXCLUSIVE")
        gate.release(1)
        wait_until(lambda: number(scraped(server.url), "parley_run_log_queue") > 0)
        blocker.execute("ROLLBACK")
    wait_until(lambda: number(scraped(server.url), "parley_run_log_queue") == 0)
    gate.open()
    assert outcomes(ended(server, 1)) == {"completed": 1}


async def test_an_event_loop_that_is_held_up_shows() -> None:
    metrics = Metrics(list)
    pulse = Pulse(metrics, MemoryRunLog())
    await pulse.open()
    await asyncio.sleep(0)
    time.sleep(0.6)
    while not (lag := _lag(metrics))["parley_event_loop_lag_seconds_count"]:
        await asyncio.sleep(0.01)
    await pulse.close()
    assert lag["parley_event_loop_lag_seconds_sum"] > 0.25


def _lag(metrics: Metrics) -> dict[str, float]:
    lines = metrics.exposition()[0].decode().splitlines()
    pairs = [line.rpartition(" ") for line in lines if line.startswith("parley_event_loop")]
    return {name: float(value) for name, _, value in pairs}
