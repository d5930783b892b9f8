"""The runs of the bench: which doors are asked for which figures, and how often."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path

from bench import measures
from bench.measures import Pace
from bench.peers import DELAYED, PARLEY, TUTORIAL, MakeDoor, Peer
from bench.processes import Server
from bench.rounds import Measure, Table, interleaved
from bench.stage import Stage

TOKENS = {"Parley": 2000, "raw relay": 2000}
"""Tokens of a burst's stream where it is cheap; 250 elsewhere."""
PACED_TOKENS = 100
PACED_ROUNDS = 2
"""For each round of the others, and each so much shorter: what else the machine does lasts a
second or two, and tells most where a server wakes for each token."""
SHORT_REQUESTS = 150
BESIDE = 100
"""Streams that go on while others begin, and how many begin."""
CLIENTS = 16
"""That ask at the same time, where the model takes its time."""
STEPS = {
    "Parley": (16, 50, 100, 200, 250, 300, 400, 500),
    "raw relay": (16, 100, 400, 800),
    "FastAPI + openai": (16, 50, 100, 200),
    "stock Strawberry": (16, 25, 50, 100),
    "LiteLLM": (16, 25, 50),
    "Chainlit": (16, 25, 50),
    "Gradio": (16, 25, 50),
}
"""How many streams of 50 tokens a second are tried, rising until the p99 lag exceeds the limit."""
MANY = 200
"""Streams of the server whose memory is measured."""
LAG_LIMIT = 100.0
"""Milliseconds that 99 % of the tokens must keep."""

Figures = Mapping[str, float]


def path(peer: Peer, form: str) -> str:
    return f"{peer.name}, {form}"


async def tokens(stage: Stage, rounds: int) -> Table:
    """CPU per token of every stream, burst and paced."""

    def streams(peer: Peer) -> Mapping[str, MakeDoor]:
        return peer.streams

    table = await interleaved(
        _paths(stage, streams, partial(_burst_figures, stage.upstream)), rounds
    )
    paced = _paths(stage, streams, partial(_paced_figures, stage.upstream))
    for name, figures in (await interleaved(paced, PACED_ROUNDS * rounds)).items():
        table[name].update(figures)
    return table


async def short_requests(stage: Stage, rounds: int) -> Table:
    """CPU and latency of a short answer."""
    return await interleaved(_paths(stage, lambda peer: peer.answers, _short_figures), rounds)


async def patient_requests(stage: Stage, rounds: int) -> Table:
    """Requests a second where the model takes 200 ms: who waits for it must not hold the others."""

    def figures(peer: Peer, server: Server, door: MakeDoor) -> Measure:
        async def measure() -> Figures:
            each = 1 if peer is TUTORIAL else 4
            rate = await measures.throughput(server, door, DELAYED, CLIENTS, each)
            return {"per second": rate}

        return measure

    return await interleaved(_paths(stage, lambda peer: peer.answers, figures), rounds)


async def first_tokens(stage: Stage, rounds: int, direct: tuple[int, MakeDoor]) -> Table:
    """Time to the first token for one client and for a hundred at once; also of the upstream
    itself, which the others are compared with."""
    port, door = direct
    measured: dict[str, Measure] = {"upstream itself": partial(_first_figures, port, door)}
    for peer in stage.peers:
        for form, made in peer.streams.items():
            asked = stage.servers[peer.name].port
            measured[path(peer, form)] = partial(_first_figures, asked, made)
    return await interleaved(measured, rounds)


async def busy_first_tokens(stage: Stage, rounds: int) -> Table:
    """Time to the first token beside 100 streams, of those who can hold so many."""

    def figures(peer: Peer, server: Server, door: MakeDoor) -> Measure:
        async def measure() -> Figures:
            ask = measures.first_token_beside
            times = await ask(server, stage.upstream, door, BESIDE, BESIDE)
            return {"p50": times[len(times) // 2], "p99": times[-2]}

        return measure

    strong = ("Parley", "raw relay")
    return await interleaved(
        _paths(stage, lambda peer: peer.streams if peer.name in strong else {}, figures), rounds
    )


async def memory(upstream: int, folder: Path) -> dict[str, float]:
    """Path → resident bytes of an open stream, on a server of its own that has served a few."""
    found = {}
    for form, door in PARLEY.streams.items():
        with PARLEY.server(upstream, folder / f"memory-{form}") as server:
            await measures.paced(server, upstream, door, 50)
            pace = await measures.paced(server, upstream, door, PACED_TOKENS, MANY)
            found[path(PARLEY, form)] = pace.memory
    return found


async def capacity(stage: Stage, forms: Mapping[str, str]) -> dict[str, list[tuple[int, Pace]]]:
    """Path → (streams, what they met), rising until the lag exceeds the limit."""
    found: dict[str, list[tuple[int, Pace]]] = {}
    for peer in stage.peers:
        form = forms.get(peer.name, "SSE")
        if form not in peer.streams:
            continue
        server, door = stage.servers[peer.name], peer.streams[form]
        steps = found[path(peer, form)] = []
        for count in STEPS[peer.name]:
            pace = await _twice(
                partial(measures.paced, server, stage.upstream, door, PACED_TOKENS, count)
            )
            steps.append((count, pace))
            if pace.lag_p99 > LAG_LIMIT:
                break
    return found


async def _twice(measure: Callable[[], Awaitable[Pace]]) -> Pace:
    """What was measured; where the lag exceeds the limit the better of two, because something
    else on the machine may have been at work."""
    first = await measure()
    if first.lag_p99 <= LAG_LIMIT:
        return first
    return min(first, await measure(), key=lambda pace: pace.lag_p99)


def _paths(
    stage: Stage,
    doors: Callable[[Peer], Mapping[str, MakeDoor]],
    figures: Callable[[Peer, Server, MakeDoor], Measure],
) -> dict[str, Measure]:
    return {
        path(peer, form): figures(peer, stage.servers[peer.name], door)
        for peer in stage.peers
        for form, door in doors(peer).items()
    }


def _burst_figures(upstream: int, peer: Peer, server: Server, door: MakeDoor) -> Measure:
    async def measure() -> Figures:
        length = TOKENS.get(peer.name, 250)
        return {"burst": await measures.burst(server, upstream, door, length)}

    return measure


def _paced_figures(upstream: int, peer: Peer, server: Server, door: MakeDoor) -> Measure:
    async def measure() -> Figures:
        paced = await measures.paced(server, upstream, door, PACED_TOKENS // PACED_ROUNDS)
        return {"paced": paced.cpu, "lag p99": paced.lag_p99}

    return measure


def _short_figures(peer: Peer, server: Server, door: MakeDoor) -> Measure:
    async def measure() -> Figures:
        cpu, median = await measures.short(server, door, SHORT_REQUESTS)
        return {"cpu": cpu, "p50": median}

    return measure


async def _first_figures(port: int, door: MakeDoor) -> Figures:
    alone = await measures.first_token(port, door, 30)
    together = await measures.first_token(port, door, 100, at_once=100)
    return {"alone": alone[len(alone) // 2], "p99 of 100": together[-2] - measures.DELAY_MS}
