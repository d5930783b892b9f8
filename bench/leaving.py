"""How soon the upstream is closed after a client that wants it so has left."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from bench.load import Door, Requests, Stream, now
from bench.peers import parley
from bench.processes import Server, fetch
from bench.upstream import model

ENDLESS = model(500, 50)
DOORS: Mapping[str, Door] = {
    "WebSocket": parley("chat_stream", on_disconnect="CANCEL", websocket=True)(ENDLESS),
    "SSE": parley("chat_stream", on_disconnect="CANCEL")(ENDLESS),
    "multipart": parley(
        "chat_stream", on_disconnect="CANCEL", accept="multipart/mixed;subscriptionSpec=1.0"
    )(ENDLESS),
    "mutation": parley("chat", on_disconnect="CANCEL", accept="application/json")(ENDLESS),
}


async def leaving(server: Server, upstream: int, times: int) -> tuple[dict[str, list[float]], int]:
    """Path → sorted milliseconds until the upstream was closed, and how many never were."""
    await fetch(upstream, "/state")
    found: dict[str, list[float]] = {}
    for path, door in DOORS.items():
        begin = _asking if path == "mutation" else _streaming
        leave = partial(begin, server.port, door, upstream)
        found[path] = sorted([await _left_after(leave, upstream) for _ in range(times)])
    return found, await _open(upstream)


async def _left_after(begin: Callable[[], Awaitable[Callable[[], None]]], upstream: int) -> float:
    leave = await begin()
    at = now()
    leave()
    async with asyncio.timeout(5):
        while True:
            await asyncio.sleep(0.002)
            if left := json.loads(await fetch(upstream, "/state"))["left"]:
                return float(left[0] * 1e6 - at) / 1000


async def _streaming(port: int, door: Door, upstream: int) -> Callable[[], None]:
    stream = await Stream.open(door, port, 500)
    await stream.begun
    return stream.leave


async def _asking(port: int, door: Door, upstream: int) -> Callable[[], None]:
    requests = await Requests.open(door, port)
    requests.transport.write(door.request(port))
    while not await _open(upstream):
        await asyncio.sleep(0.001)
    return requests.transport.abort


async def _open(upstream: int) -> int:
    return int(json.loads(await fetch(upstream, "/state"))["open"])
