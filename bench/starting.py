"""How soon a server is ready after its start, and how long `api` takes to be imported."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from bench import measures
from bench.peers import PARLEY
from bench.processes import CORES, clean
from bench.rounds import Series, Table, interleaved

Figures = Mapping[str, float]
SERVE, IMPORT, FIRST = "`parley serve` answers", "`import api.app`", "the first request after it"


async def starting(upstream: int, folder: Path, rounds: int) -> Mapping[str, Series]:
    """Seconds that each takes, with all cores and without the embedded model."""

    async def serve() -> Figures:
        server = PARLEY.server(upstream, folder / "starting", core=None)
        with server:
            begun = time.monotonic()
            await measures.short(server, PARLEY.answers["mutation"], 1, warm=0)
            asked = time.monotonic() - begun
        return {"seconds": server.seconds_to_start, "first": asked}

    async def imported() -> Figures:
        return {"seconds": await asyncio.to_thread(_import)}

    found: Table = await interleaved({SERVE: serve, IMPORT: imported}, rounds)
    return {
        SERVE: found[SERVE]["seconds"],
        FIRST: found[SERVE]["first"],
        IMPORT: found[IMPORT]["seconds"],
    }


def _import() -> float:
    begun = time.monotonic()
    cores = ",".join(map(str, CORES))
    subprocess.run(
        ["taskset", "-c", cores, sys.executable, "-c", "import api.app"],
        check=True,
        env=clean(),
    )
    return time.monotonic() - begun
