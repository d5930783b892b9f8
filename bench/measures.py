"""What is measured: each function asks one server through one door and returns one figure."""

import asyncio
from typing import NamedTuple

from bench import upstream
from bench.load import Door, Requests, Stream
from bench.peers import MakeDoor
from bench.processes import Server, fetch

BURST_STREAMS = PACED_STREAMS = 16
RATE = 50
"""Tokens a second of a paced stream."""
STREAM_SECONDS = 60.0
DELAY_MS = 200
"""The upstream's own time to the first token where many ask at once."""


class Pace(NamedTuple):
    """What paced streams cost and how late their tokens came."""

    cpu: float
    """Server CPU: microseconds a token."""
    load: float
    """Share of its core that the server used."""
    lag_median: float
    lag_p99: float
    lag_max: float
    """Milliseconds from the upstream's write to the client's read."""
    memory: float
    """Resident bytes a stream, over what the server had before."""


async def burst(server: Server, upstream_port: int, door: MakeDoor, tokens: int) -> float:
    """Server CPU in microseconds a token, with 16 streams as fast as they go."""
    name = upstream.model(tokens, gated=True)
    streams = await _opened(server, door(name), tokens, BURST_STREAMS)
    before = server.cpu
    await fetch(upstream_port, "/go")
    await _ended(streams)
    used = server.cpu - before
    return used / (BURST_STREAMS * (tokens - 1)) * 1e6


async def paced(
    server: Server, upstream_port: int, door: MakeDoor, tokens: int, count: int = PACED_STREAMS
) -> Pace:
    """`count` streams of 50 tokens a second; `tokens` says how long."""
    lags: list[int] = []
    memory = server.memory
    name = upstream.model(tokens, RATE, gated=True)
    streams = await _opened(server, door(name), tokens, count, lags)
    lags.clear()  # the first tokens came while streams were still being opened
    before, begun = server.cpu, asyncio.get_running_loop().time()
    await fetch(upstream_port, "/go")
    await asyncio.sleep(tokens / RATE / 2)
    grown = server.memory - memory
    await _ended(streams)
    used, seconds = server.cpu - before, asyncio.get_running_loop().time() - begun
    lags.sort()
    return Pace(
        cpu=used / (count * (tokens - 1)) * 1e6,
        load=used / seconds,
        lag_median=lags[len(lags) // 2] / 1000,
        lag_p99=lags[len(lags) * 99 // 100] / 1000,
        lag_max=lags[-1] / 1000,
        memory=grown / count,
    )


async def short(server: Server, door: MakeDoor, count: int, warm: int = 10) -> tuple[float, float]:
    """Server CPU a request and median latency of one client, in milliseconds, at 0 ms upstream;
    `warm` requests go before."""
    requests = await Requests.open(door(upstream.model(8)), server.port)
    for _ in range(warm):
        await requests.ask()
    before = server.cpu
    times = sorted([await requests.ask() for _ in range(count)])
    used = server.cpu - before
    requests.transport.abort()
    return used / count * 1000, times[count // 2] / 1000


async def many_short(server: Server, door: MakeDoor, clients: int, count: int) -> float:
    """Server CPU a request in milliseconds, with several clients at once at 0 ms upstream."""
    asked = door(upstream.model(8))
    connections = [await Requests.open(asked, server.port) for _ in range(clients)]
    before = server.cpu
    await asyncio.gather(*(_repeat(each, count // clients) for each in connections))
    used = server.cpu - before
    for each in connections:
        each.transport.abort()
    return used / (count // clients * clients) * 1000


async def throughput(server: Server, door: MakeDoor, name: str, clients: int, each: int) -> float:
    """Short requests a second, with `clients` that ask `each` times one after another."""
    asked = door(name)
    connections = [await Requests.open(asked, server.port) for _ in range(clients)]
    begun = asyncio.get_running_loop().time()
    await asyncio.gather(*(_repeat(connection, each) for connection in connections))
    seconds = asyncio.get_running_loop().time() - begun
    for connection in connections:
        connection.transport.abort()
    return clients * each / seconds


async def _repeat(requests: Requests, count: int) -> None:
    for _ in range(count):
        await requests.ask()


async def first_token(port: int, door: MakeDoor, count: int, at_once: int = 1) -> list[float]:
    """Milliseconds from the request to the first token, sorted; `at_once` streams are opened
    together, `count` in all. Then the upstream takes `DELAY_MS` before it says anything.

    Each is read to its end: a run that goes on without its client would disturb the next."""
    tokens = 20 if at_once > 1 else 8
    name = upstream.model(20, RATE, DELAY_MS) if at_once > 1 else upstream.model(8)
    times: list[float] = []
    for _ in range(count // at_once):
        opening = (Stream.open(door(name), port, tokens) for _ in range(at_once))
        streams = await asyncio.gather(*opening)
        await _ended(streams)
        times += [(stream.first_at - stream.asked_at) / 1000 for stream in streams]
    return sorted(times)


async def first_token_beside(
    server: Server, upstream_port: int, door: MakeDoor, others: int, count: int
) -> list[float]:
    """Milliseconds to the first token of `count` streams opened one after another, sorted, beside
    `others` that get 50 tokens a second."""
    name = upstream.model(150, RATE, gated=True)
    streams = await _opened(server, door(name), 150, others)
    await fetch(upstream_port, "/go")
    await asyncio.sleep(0.5)
    times = await first_token(server.port, door, count)
    await _ended(streams)
    return times


async def _opened(
    server: Server, door: Door, tokens: int, count: int, lags: list[int] | None = None
) -> list[Stream]:
    """Streams that have each shown their first token and wait at the gate."""
    streams = []
    async with asyncio.timeout(STREAM_SECONDS):
        for _ in range(count):
            streams.append(await Stream.open(door, server.port, tokens, lags))
            await asyncio.sleep(0)
        await asyncio.gather(*(stream.begun for stream in streams))
    return streams


async def _ended(streams: list[Stream]) -> None:
    async with asyncio.timeout(STREAM_SECONDS):
        await asyncio.gather(*(stream.ended for stream in streams))
    for stream in streams:
        stream.leave()
