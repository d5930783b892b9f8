"""How long runs can be read again, and who else may read the files."""

import stat
from pathlib import Path

import aiohttp

from tests.conftest import StartServer
from tests.durability.asking import CANCEL, MUTATION, RUN, chat_input, post, start_run
from tests.durability.logged import events_of
from tests.durability.readers import Reader
from tests.servers import LiveServer
from tests.upstream.server import FakeUpstream

ONE_SECOND = 1 / 3600


async def test_past_the_retention_texts_are_gone_and_figures_stay(
    start_server: StartServer, upstream: FakeUpstream, http: aiohttp.ClientSession
) -> None:
    server = start_server(
        openai_base_url=upstream.base_url, model="fake", retention_hours=ONE_SECOND
    )
    upstream.numbered(5)
    run_id = await start_run(http, server.url, "Count.", idempotencyKey="k")
    first = Reader(http, server.url, run_id)
    await first.read("sse")
    used = first.events[-1]["tokenUsage"]["totalTokens"]
    while (run := await post(http, server.url, RUN, id=run_id))["__typename"] == "Run":
        pass
    assert run["__typename"] == "ReplayExpired"
    assert (run["expiredStatus"], run["expiredUsage"]["totalTokens"]) == ("COMPLETED", used)
    late = Reader(http, server.url, run_id)
    await late.read("sse")
    assert [event["problem"]["__typename"] for event in late.events] == ["ReplayExpired"]
    again = await post(http, server.url, MUTATION, input=chat_input("Count.", idempotencyKey="k"))
    assert again["__typename"] == "ReplayExpired"
    assert events_of(server.settings.data_dir, run_id) == []
    assert len(upstream.requests) == 1


async def test_an_unknown_run_is_a_problem_on_every_operation(
    live_server: LiveServer, http: aiohttp.ClientSession
) -> None:
    for document in (RUN, CANCEL):
        found = await post(http, live_server.url, document, id="0" * 32)
        assert (found["__typename"], found["retryable"]) == ("RunNotFound", False)
    reader = Reader(http, live_server.url, "0" * 32)
    await reader.read("websocket")
    assert [event["problem"]["__typename"] for event in reader.events] == ["RunNotFound"]


async def test_the_log_is_the_owners_alone(
    live_server: LiveServer, upstream: FakeUpstream, http: aiohttp.ClientSession
) -> None:
    await Reader(http, live_server.url, await start_run(http, live_server.url, "Hi")).read("sse")
    data_dir: Path = live_server.settings.data_dir
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    rights = {path.name: stat.S_IMODE(path.stat().st_mode) for path in data_dir.iterdir()}
    assert set(rights.values()) == {0o600}, rights
