"""What Parley has promised of its speed, as ratios and limits, and whether a run has kept it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.rounds import Series, Table, ratio
from bench.starting import SERVE

WS, SSE = "Parley, WebSocket", "Parley, SSE"
RELAY_WS, RELAY_SSE = "raw relay, WebSocket", "raw relay, SSE"
STOCK_WS, STOCK_SSE = "stock Strawberry, WebSocket", "stock Strawberry, SSE"
LITELLM = "LiteLLM, SSE"


@dataclass(frozen=True)
class Gate:
    """`value` has to be at most `limit` (at least, where `rising`); `aim` is the wish."""

    name: str
    value: float
    limit: float
    aim: float
    rising: bool = False

    @property
    def held(self) -> bool:
        return self.value >= self.limit if self.rising else self.value <= self.limit


def token_gates(table: Table) -> Iterable[Gate]:
    """CPU per streamed token, beside each of the peers."""
    for figure, relay, light, stock in (
        ("burst", ((3, 2), (4, 2.5)), (20, 30), (10, 15)),
        ("paced", ((4, 2.5), (5, 3)), (4.5, 6), (3.5, 5)),
    ):
        for path, base, (limit, aim) in zip((WS, SSE), (RELAY_WS, RELAY_SSE), relay, strict=True):
            yield Gate(
                f"{figure}: {path} ÷ raw relay", ratio(table, figure, path, base), limit, aim
            )
        if LITELLM in table:
            value = ratio(table, figure, LITELLM, SSE)
            yield Gate(f"{figure}: LiteLLM ÷ {SSE}", value, *light, rising=True)
        for path, base in ((WS, STOCK_WS), (SSE, STOCK_SSE)):
            value = ratio(table, figure, base, path)
            yield Gate(f"{figure}: stock Strawberry ÷ {path}", value, *stock, rising=True)


def request_gates(table: Table) -> Iterable[Gate]:
    """CPU per short request."""
    value = ratio(table, "cpu", "Parley, mutation", "FastAPI + openai, JSON")
    yield Gate("short request: Parley ÷ FastAPI + openai", value, 1, 0.7)


def growth_gates(grown: Mapping[str, Series], stored: Mapping[str, Series]) -> Iterable[Gate]:
    """What must not grow, or not by much."""
    history, reply, workers = (series.median for series in grown.values())
    yield Gate("history 1 → 199 messages, CPU per request: long ÷ short", history, 2, 1.5)
    yield Gate("replies 250 → 2000 tokens, CPU per token: long ÷ short", reply, 1.2, 1)
    yield Gate("workers 1 → 2, requests per second of CPU: two ÷ one", 2 / workers, 1.6, 2, True)
    for name, series in stored.items():
        yield Gate(f"{name}, 1 M runs stored ÷ empty log", series.median, 1.2, 1)


def starting_gates(found: Mapping[str, Series]) -> Iterable[Gate]:
    """Seconds of the start."""
    yield Gate("`parley serve` ready, s", found[SERVE].median, 2, 1.5)


def first_token_gates(table: Table, busy: Table) -> Iterable[Gate]:
    """Milliseconds to the first token."""
    direct = table["upstream itself"]["alone"].median
    for path in (WS, SSE):
        added = table[path]["alone"].median - direct
        yield Gate(f"first token, {path}, ms over the upstream", added, 3, 1.5)
        beside = busy[path]["p99"].median
        yield Gate(f"first token, {path}, p99 beside 100 streams, ms", beside, 50, 50)


def capacity_gates(steps: Mapping[str, Any], limit: float) -> Iterable[Gate]:
    """Streams of 50 tokens a second on one core."""
    for path in (WS, SSE):
        if path not in steps:
            continue
        kept = [(count, pace) for count, pace in steps[path] if pace.lag_p99 <= limit]
        most = kept[-1][0] if kept else 0
        yield Gate(f"streams on a core, {path}", most, 250, 400, rising=True)
        at_load = [pace.lag_max for _, pace in steps[path] if pace.load <= 0.6]
        yield Gate(f"greatest lag up to 60 % load, {path}, ms", max(at_load, default=0), 60, 30)


def memory_gates(found: Mapping[str, float]) -> Iterable[Gate]:
    for path, held in found.items():
        yield Gate(f"memory of an open stream, {path}, kB", held / 1000, 80, 50)


def leaving_gates(found: Mapping[str, list[float]]) -> Iterable[Gate]:
    """Milliseconds from a client's leaving to the close of the upstream."""
    for path, times in found.items():
        late = times[len(times) * 99 // 100]
        yield Gate(f"upstream closed after leaving, {path}, p99 ms", late, 10, 10)
