"""What durability costs: `python -m bench.run_log` compares the durable run log with the one in
memory, and measures how fast one server process sees what another has logged.

The two stores are asked in turn, A B A B; times are in milliseconds, as quartiles.
"""

import asyncio
import contextlib
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from statistics import quantiles

from bench.load import Door, Stream, now
from bench.peers import PARLEY, QUESTION, document
from bench.processes import LOAD_CORE, Server, fetch, free_port, python
from bench.upstream import model

SAMPLES = 400
"""Time to first token: samples for each store; a quarter of it under load."""
CROSSINGS = 60
"""Samples of what one process sees of another."""
BACKGROUND = 50
"""Streams of 20 tokens a second beside the one that is measured."""

ONE, PACED, ENDLESS = model(1), model(2_000, 20), model(5_000, 50, gated=True)


class Bench:
    """An upstream and Parley servers over it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = contextlib.ExitStack()
        self.upstream = free_port()

    def __enter__(self) -> "Bench":
        upstream = Server(
            python("bench.upstream", self.upstream),
            self.upstream,
            log=self._folder / "upstream.log",
            core=LOAD_CORE,
        )
        self._stack.enter_context(upstream)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def parley(self, data: str, run_log: str = "sqlite:") -> int:
        """The port of a server with this data directory."""
        port, data_dir = free_port(), self._folder / data
        environment = {
            **PARLEY.environment(port, self.upstream, self._folder),
            "PARLEY_MODELS": f"{ONE},{PACED},{ENDLESS}",
            "PARLEY_RUN_LOG": run_log,
            "PARLEY_DATA_DIR": str(data_dir),
            "PARLEY_SHUTDOWN_GRACE_SECONDS": "0",
        }
        log = self._folder / f"parley-{port}.log"
        self._stack.enter_context(Server(python("api", "serve"), port, environment, log=log))
        return port


def chat(name: str) -> Door:
    return PARLEY.streams["SSE"](name)


async def first_token(port: int) -> float:
    """Milliseconds from the request to its first token, whose model takes no time."""
    stream = await Stream.open(chat(ONE), port, tokens=1)
    await stream.ended
    stream.leave()
    return (stream.first_at - stream.asked_at) / 1000


@contextlib.asynccontextmanager
async def background(port: int, streams: int) -> AsyncIterator[None]:
    others = [await Stream.open(chat(PACED), port, tokens=2_000) for _ in range(streams)]
    for other in others:
        await other.begun
    yield
    for other in others:
        other.leave()


async def compare(ports: dict[str, int], samples: int, load: int) -> dict[str, list[float]]:
    """Times to first token by store, in blocks that take turns."""
    found: dict[str, list[float]] = {name: [] for name in ports}
    blocks = 10 if load else samples
    for block in range(blocks):
        for name in sorted(ports, reverse=block % 2 == 1):
            async with background(ports[name], load):
                found[name] += [await first_token(ports[name]) for _ in range(samples // blocks)]
    return found


async def post(port: int, query: str, variables: dict[str, object]) -> dict[str, object]:
    """The one field that a query or mutation answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = {"query": query, "variables": variables}
    writer.write(Door("/graphql", body, accept="application/json").request(port))
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
    answer = json.loads(await reader.readexactly(length))
    writer.close()
    if "errors" in answer:
        raise RuntimeError(str(answer["errors"]))
    (value,) = answer["data"].values()
    return dict(value)


async def crossing(bench: Bench, ports: list[int]) -> dict[str, float]:
    """Start on one process, read on a second, stop on a third: milliseconds of each step."""
    first, second, third = ports
    asked = {"history": [{"role": "USER", "content": QUESTION}], "settings": {"model": ENDLESS}}
    run = await post(first, document("start_run"), {"input": asked})
    follow = Door("/graphql", {"query": document("follow_run"), "variables": {"id": run["id"]}})
    lags: list[int] = []
    reader = await Stream.open(follow, second, tokens=11, lags=lags)
    await reader.begun
    await fetch(bench.upstream, "/go")
    while reader.tokens < 11:
        await asyncio.sleep(0.005)
    await fetch(bench.upstream, "/state")
    begun = now()
    await post(third, document("cancel_run"), {"id": run["id"]})
    await reader.ended
    ended = now()
    while not (left := json.loads(await fetch(bench.upstream, "/state"))["left"]):
        await asyncio.sleep(0.005)
    return {
        "resume: request → first event on a second process": (reader.first_at - reader.asked_at)
        / 1000,
        "live: model's token → reader on a second process": sorted(lags[1:])[5] / 1000,
        "stop: request on a third → model disconnected": left[0] * 1000 - begun / 1000,
        "stop: request on a third → reader on the second knows": (ended - begun) / 1000,
    }


def row(name: str, figures: list[float]) -> str:
    low, middle, high = quantiles(figures, n=4)
    return f"{name:56} {low:8.2f} {middle:8.2f} {high:8.2f} {max(figures):8.2f}"


def comparison(title: str, found: dict[str, list[float]]) -> Iterator[str]:
    for name, figures in found.items():
        yield row(f"{title}, {name}", figures)
    middle = {name: quantiles(figures, n=4)[1] for name, figures in found.items()}
    added, ratio = middle["sqlite"] - middle["memory"], middle["sqlite"] / middle["memory"]
    yield f"{f'{title}, added by durability':56} {'':8} {added:8.2f} {'':8}   ratio {ratio:.2f}"


async def run(bench: Bench) -> Iterator[str]:
    ports = {store: bench.parley(store, f"{store}:") for store in ("memory", "sqlite")}
    for port in ports.values():
        for _ in range(20):
            await first_token(port)
    idle = await compare(ports, SAMPLES, load=0)
    loaded = await compare(ports, SAMPLES // 4, load=BACKGROUND)
    shared = [bench.parley("shared") for _ in range(3)]
    crossings = [await crossing(bench, shared) for _ in range(CROSSINGS)]
    lines = [f"{'milliseconds':56} {'q1':>8} {'median':>8} {'q3':>8} {'max':>8}"]
    lines += comparison("time to first token", idle)
    lines += comparison(f"… beside {BACKGROUND} streams", loaded)
    lines += [row(name, [found[name] for found in crossings]) for name in crossings[0]]
    return iter(lines)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, Bench(Path(folder)) as bench:
        print("\n".join(asyncio.run(run(bench))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
