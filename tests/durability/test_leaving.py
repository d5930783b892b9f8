"""A client that leaves is no stop: the run goes on, and is there when the client comes back."""

import aiohttp
import pytest

from tests.durability.asking import RUN, post
from tests.durability.logged import run_ids
from tests.durability.readers import Reader
from tests.servers import LiveServer
from tests.transport.test_leaving import DOORS
from tests.upstream.script import numbered
from tests.upstream.server import FakeUpstream


@pytest.mark.parametrize("door", DOORS)
async def test_a_run_whose_client_left_is_found_whole(
    door: str, live_server: LiveServer, upstream: FakeUpstream, http: aiohttp.ClientSession
) -> None:
    gate = upstream.numbered(20, gated=True)
    with DOORS[door](live_server, "CONTINUE"):
        gate.release(3)
        upstream.wait_until(lambda: upstream.tokens_sent == 3)
    (run_id,) = run_ids(live_server.settings.data_dir)
    reader = Reader(http, live_server.url, run_id)
    await reader.read("sse", at_most=2)
    gate.open()
    await reader.read("websocket")
    assert reader.text == "".join(numbered(20))
    assert reader.events[-1]["__typename"] == "RunCompleted"
    run = await post(http, live_server.url, RUN, id=run_id)
    assert (run["status"], run["reply"]["content"]) == ("COMPLETED", reader.text)
