"""Whether cost stays linear: in the history's length, in the reply's length and in the workers."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from bench import measures
from bench.peers import PARLEY, MakeDoor, parley
from bench.processes import Server
from bench.rounds import Series, interleaved
from bench.scenarios import SHORT_REQUESTS
from bench.stage import Stage

LONG_HISTORY = 199
REPLIES = (250, 2000)


async def growth(stage: Stage, folder: Path, rounds: int) -> Mapping[str, Series]:
    """What the great costs as a multiple of the small, for each kind of growth."""
    server, stream = stage.servers["Parley"], PARLEY.streams["SSE"]

    async def history(messages: int) -> Mapping[str, float]:
        door = parley("chat", messages=messages, accept="application/json")
        return {"cpu": (await measures.short(server, door, SHORT_REQUESTS))[0]}

    async def reply(tokens: int) -> Mapping[str, float]:
        return {"cpu": await measures.burst(server, stage.upstream, stream, tokens)}

    asked = await interleaved(
        {"1": lambda: history(1), "200": lambda: history(LONG_HISTORY)}, rounds
    )
    told = await interleaved(
        {"short": lambda: reply(REPLIES[0]), "long": lambda: reply(REPLIES[1])}, rounds
    )
    return {
        f"CPU per request, history of {LONG_HISTORY} messages ÷ of one": _quotients(
            asked["200"]["cpu"], asked["1"]["cpu"]
        ),
        f"CPU per token, replies of {REPLIES[1]} tokens ÷ of {REPLIES[0]}": _quotients(
            told["long"]["cpu"], told["short"]["cpu"]
        ),
        "CPU per request, 2 workers ÷ 1": await _workers(stage, folder, rounds),
    }


async def _workers(stage: Stage, folder: Path, rounds: int) -> Series:
    """Near 1 where a second worker does twice the work: nothing is done twice, and no lock eats
    it. (Wall-clock throughput says nothing here: the load has the second core.)"""
    door = PARLEY.answers["mutation"]

    def environment(port: int, upstream: int, where: Path) -> Mapping[str, str]:
        return {**PARLEY.environment(port, upstream, where), "PARLEY_WORKERS": "2"}

    two = dataclasses.replace(PARLEY, name="Parley-2", environment=environment)
    with two.server(stage.upstream, folder / "two") as pool:
        one = stage.servers["Parley"]
        table = await interleaved(
            {
                "1": lambda: _loaded(one, door),
                "2": lambda: _loaded(pool, door),
            },
            rounds,
        )
    return _quotients(table["2"]["cpu"], table["1"]["cpu"])


async def _loaded(server: Server, door: MakeDoor) -> Mapping[str, float]:
    return {"cpu": await measures.many_short(server, door, clients=8, count=SHORT_REQUESTS)}


def _quotients(great: Series, small: Series) -> Series:
    return Series([a / b for a, b in zip(great.values, small.values, strict=True)])
