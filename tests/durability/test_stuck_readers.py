"""Readers that never read cost bounded memory, slow nobody, are cut off, and can come back."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import aiohttp
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.durability.asking import FOLLOW, start_run
from tests.durability.conftest import Serve
from tests.durability.logged import assert_whole, events_of, kept, seen
from tests.durability.placement import connections
from tests.durability.readers import Reader
from tests.durability.waiting import until
from tests.servers import ServerProcess
from tests.transport.wire import Wire
from tests.upstream.server import FakeUpstream

TOKEN = "x" * 8_192
TOKENS = 1_200
STUCK = 40
SEND_SECONDS = 1.0

UNBOUNDED = STUCK * TOKENS * len(TOKEN)
"""What the server would hold if it kept for each reader what it hasn't read: 393 MB."""


def resident(server: ServerProcess, figure: str = "VmRSS") -> int:
    """Bytes of the server's memory now (`VmRSS`), or at most so far (`VmHWM`)."""
    status = Path(f"/proc/{server.worker_pids[0]}/status").read_text()
    found = re.search(rf"{figure}:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


@contextmanager
def stuck_sse(server: ServerProcess, run_id: str) -> Iterator[None]:
    with Wire(server.url, receive_buffer=4_096) as wire:
        ask = {"query": FOLLOW, "variables": {"id": run_id}}
        wire.post("/graphql", ask, accept="text/event-stream")
        yield


@contextmanager
def stuck_websocket(server: ServerProcess, run_id: str) -> Iterator[None]:
    wire = Wire(server.url, receive_buffer=4_096)
    with connect(
        server.url.replace("http", "ws") + "/graphql",
        sock=wire.socket,
        subprotocols=[Subprotocol("graphql-transport-ws")],
        compression=None,
        max_queue=1,
        ping_interval=None,
        close_timeout=0,
    ) as socket:
        socket.send('{"type": "connection_init"}')
        payload = {"query": FOLLOW, "variables": {"id": run_id}}
        socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        yield


async def test_readers_that_never_read_are_cut_off_and_harm_nobody(
    serve: Serve, upstream: FakeUpstream, http: aiohttp.ClientSession
) -> None:
    server = serve(PARLEY_SEND_TIMEOUT_SECONDS=str(SEND_SECONDS))
    upstream.reply([TOKEN] * TOKENS, interval=0.002, always=True)
    rehearsal = Reader(http, server.url, await start_run(http, server.url, "Go on."))
    await rehearsal.read("sse")
    before = resident(server)

    run_id = await start_run(http, server.url, "Go on.")
    onlooker = Reader(http, server.url, run_id)
    with ExitStack() as stack:
        watching = asyncio.create_task(onlooker.read("sse"))
        for stuck in [stuck_sse, stuck_websocket] * (STUCK // 2):
            await asyncio.to_thread(stack.enter_context, stuck(server, run_id))
        await watching
        await until(lambda: connections(server) == 0)
        grown = resident(server, "VmHWM") - before
    print(f"{grown / 1e6:.0f} MB more at most; unbounded would be {UNBOUNDED / 1e6:.0f} MB")
    assert grown < UNBOUNDED / 2

    log = events_of(server.data_dir, run_id)
    assert_whole(log)
    assert seen(onlooker.events) == kept(log)
    back = Reader(http, server.url, run_id)
    await back.read("websocket")
    assert back.events == onlooker.events
