"""`python -m bench`: measures everything, writes `docs/performance.md`, fails on a regression."""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import gates, guard, report, scenarios, summary
from bench.environments import python_of
from bench.gates import Gate
from bench.growth import growth
from bench.leaving import leaving
from bench.measures import Pace
from bench.peers import DIRECT, PEERS, ROOT
from bench.peers.chats import CHATS
from bench.processes import CORES, LOAD_CORE
from bench.rounds import Table
from bench.stage import Stage
from bench.starting import starting
from bench.stored import FEW, RUNS, stored

PLOT = ROOT / "docs" / "images" / "performance.png"
LEAVINGS = 1000
"""Clients that leave on each of the four paths, one after another."""
SELECTIONS = 20_000
SEED = 20261123


@dataclass
class Measured:
    """Heading → text of the report's parts, and the gates with what they measured."""

    parts: dict[str, str] = field(default_factory=dict)
    gates: list[Gate] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    """Tokens and short requests, for the README."""

    def add(self, heading: str, text: str, found: Iterable[Gate] = ()) -> None:
        print(f"\n## {heading}\n\n{text}", flush=True)
        self.parts[heading] = text
        self.gates += found


def main() -> int:
    options = _options()
    os.sched_setaffinity(0, {LOAD_CORE})
    python_of("plot")
    if options.peers == "all":
        python_of("chainlit"), python_of("gradio")
    if not options.no_litellm:
        python_of("litellm")
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(_measured(Path(folder), options))
    if options.selections:
        found.add("Compiled selections", _compared(options.selections))
    print(f"\n{report.gates(found.gates)}")
    report.write({"Gates": report.gates(found.gates), **found.parts})
    summary.write(*found.tables, found.gates)
    if options.keep:
        guard.keep(found.gates)
    slips = guard.slipped(found.gates)
    for slip in slips:
        print(f"regression: {slip}", file=sys.stderr)
    return 1 if slips else 0


async def _measured(folder: Path, options: argparse.Namespace) -> Measured:
    peers = [p for p in PEERS if not (options.no_litellm and p.name == "LiteLLM")]
    if options.peers == "all":
        peers += CHATS
    found = Measured()
    with Stage(folder, peers) as stage:
        await _costs(stage, options.rounds, found)
        await _first_tokens(stage, options.rounds, found)
        await _load(stage, found)
        await _memory(stage, folder, found)
        await _growth(stage, folder, options.rounds, found)
        left, still = await leaving(stage.servers["Parley"], stage.upstream, LEAVINGS)
        text = f"{report.leaving(left)}\n\nStill open afterwards: {still}."
        found.add("A client that leaves closes the upstream", text, gates.leaving_gates(left))
    return found


async def _costs(stage: Stage, rounds: int, found: Measured) -> None:
    tokens = await scenarios.tokens(stage, rounds)
    found.add("Server CPU per streamed token", report.tokens(tokens), gates.token_gates(tokens))
    shorts = await scenarios.short_requests(stage, rounds)
    heading = "Short requests, 0 ms upstream"
    found.add(heading, report.shorts(shorts), gates.request_gates(shorts))
    found.tables = [tokens, shorts]
    patient = await scenarios.patient_requests(stage, min(rounds, 2))
    heading = f"Short requests of {scenarios.CLIENTS} clients, 200 ms upstream"
    found.add(heading, report.patient(patient))


async def _first_tokens(stage: Stage, rounds: int, found: Measured) -> None:
    alone = await scenarios.first_tokens(stage, rounds, (stage.upstream, DIRECT))
    busy = await scenarios.busy_first_tokens(stage, min(rounds, 2))
    found_gates = gates.first_token_gates(alone, busy)
    found.add("Time to the first token", report.firsts(alone), found_gates)
    found.add("Time to the first token beside 100 streams", report.busy(busy))


async def _load(stage: Stage, found: Measured) -> None:
    steps = await _capacity(stage)
    text = (
        f"{report.capacity(steps)}\n\n![Cost against streams, lag against load](images/{PLOT.name})"
    )
    found_gates = gates.capacity_gates(steps, scenarios.LAG_LIMIT)
    found.add("Streams of 50 tokens a second on one core", text, found_gates)


async def _memory(stage: Stage, folder: Path, found: Measured) -> None:
    held = await scenarios.memory(stage.upstream, folder)
    heading = f"Memory of an open stream, with {scenarios.MANY}"
    found.add(heading, report.memory(held), gates.memory_gates(held))


async def _growth(stage: Stage, folder: Path, rounds: int, found: Measured) -> None:
    begun = await starting(stage.upstream, folder, min(rounds, 3))
    found.add("Start", report.starting(begun), gates.starting_gates(begun))
    grown = await growth(stage, folder, rounds)
    kept = await stored(stage.upstream, folder, min(rounds, 3))
    more = {f"{name}, {RUNS:,} runs stored ÷ {FEW:,}": each for name, each in kept.items()}
    text = report.growth({**grown, **more})
    found.add("Growth", text, gates.growth_gates(grown, kept))


async def _capacity(stage: Stage) -> Mapping[str, Sequence[tuple[int, Pace]]]:
    steps = {
        **await scenarios.capacity(stage, {"Parley": "WebSocket", "raw relay": "WebSocket"}),
        **await scenarios.capacity(stage, {}),
    }
    _draw(steps)
    return steps


def _draw(steps: Mapping[str, Sequence[tuple[int, Pace]]]) -> None:
    data = {
        path: [{"streams": count, **pace._asdict()} for count, pace in found]
        for path, found in steps.items()
    }
    file = ROOT / ".bench" / "capacity.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(data))
    script = Path(__file__).with_name("plot.py")
    subprocess.run([python_of("plot"), script, file, PLOT], check=True)


def _compared(count: int) -> str:
    """The count of the differential test against graphql-core, run at full length: a share on each
    core, with a seed of its own."""
    share = -(-count // len(CORES))
    tests = [_comparing(share, seed, core) for seed, core in enumerate(CORES)]
    sums = [0, 0, 0]
    for test in tests:
        output, _ = test.communicate()
        told = re.search(r"(\d+) selections, (\d+) events, (\d+) differences", output)
        if test.returncode or not told:
            raise RuntimeError(f"the compiled selections differ:\n{output[-3000:]}")
        sums = [have + int(more) for have, more in zip(sums, told.groups(), strict=True)]
    selections, events, differences = sums
    return (
        "Random selections of the schema, compared with graphql-core: "
        f"{selections} selections, {events} events, {differences} differences."
    )


def _comparing(count: int, seed: int, core: int) -> subprocess.Popen[str]:
    pytest = [sys.executable, "-m", "pytest", "-q", "-s", "tests/transport/test_selection.py"]
    return subprocess.Popen(
        ["taskset", "-c", str(core), *pytest, "-k", "random"],
        env={**os.environ, "SELECTIONS": str(count), "SEED": str(SEED + seed)},
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds")
    parser.add_argument("--keep", action="store_true", help="commit this run's ratios as baseline")
    parser.add_argument("--no-litellm", action="store_true", help="leave LiteLLM out")
    parser.add_argument("--peers", choices=("usual", "all"), default="usual")
    parser.add_argument(
        "--selections", type=int, default=SELECTIONS, help="random selections to compare; 0: none"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
