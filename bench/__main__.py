"""`python -m bench`: measures everything, writes `docs/performance.md`, fails on a regression."""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench import gates, guard, report, scenarios
from bench.environments import python_of
from bench.growth import growth
from bench.leaving import leaving
from bench.measures import Pace
from bench.peers import DIRECT, PEERS, ROOT
from bench.processes import LOAD_CORE
from bench.stage import Stage

PLOT = ROOT / "docs" / "images" / "performance.png"
LEAVINGS = 250
"""Clients that leave on each of the four paths."""
SELECTIONS = 20_000


def main() -> int:
    options = _options()
    os.sched_setaffinity(0, {LOAD_CORE})
    if not options.no_litellm:
        python_of("litellm")
    with tempfile.TemporaryDirectory() as folder:
        parts, found = asyncio.run(_measured(Path(folder), options))
    if options.selections:
        parts["Compiled selections"] = _compared(options.selections)
    print(report.write({"Gates": report.gates(found), **parts}))
    if options.keep:
        guard.keep(found)
    slips = guard.slipped(found)
    for slip in slips:
        print(f"regression: {slip}", file=sys.stderr)
    return 1 if slips else 0


async def _measured(
    folder: Path, options: argparse.Namespace
) -> tuple[dict[str, str], list[gates.Gate]]:
    """Heading → text of the report's parts, and the gates with what they measured."""
    peers = [p for p in PEERS if not (options.no_litellm and p.name == "LiteLLM")]
    rounds, parts, found = options.rounds, {}, []
    with Stage(folder, peers) as stage:
        token_table = await scenarios.tokens(stage, rounds)
        parts["Server CPU per streamed token"] = report.tokens(token_table)
        shorts = await scenarios.short_requests(stage, rounds)
        parts["Short requests, 0 ms upstream"] = report.shorts(shorts)
        firsts = await scenarios.first_tokens(stage, rounds, (stage.upstream, DIRECT))
        parts["Time to the first token"] = report.firsts(firsts)
        steps = await _capacity(stage)
        parts["Streams of 50 tokens a second on one core"] = (
            f"{report.capacity(steps)}\n\n![Cost against streams, lag against load]"
            f"(images/{PLOT.name})"
        )
        grown = await growth(stage, folder, rounds)
        parts["Growth"] = report.growth(grown)
        left, still = await leaving(stage.servers["Parley"], stage.upstream, LEAVINGS)
        parts["A client that leaves closes the upstream"] = (
            f"{report.leaving(left)}\n\nStill open afterwards: {still}."
        )
    found += [*gates.token_gates(token_table), *gates.request_gates(shorts)]
    found += [*gates.first_token_gates(firsts), *gates.leaving_gates(left)]
    found += gates.capacity_gates(steps, scenarios.LAG_LIMIT)
    return parts, found


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
    """The count of the differential test against graphql-core, run at full length."""
    command = [sys.executable, "-m", "pytest", "-q", "-s", "tests/transport/test_selection.py"]
    done = subprocess.run(
        [*command, "-k", "random"],
        env={**os.environ, "SELECTIONS": str(count)},
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    told = re.search(r"\d+ selections, .*", done.stdout)
    if done.returncode or not told:
        raise RuntimeError(f"the compiled selections differ:\n{done.stdout[-3000:]}")
    return f"Random selections of the schema, compared with graphql-core: {told[0]}."


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds")
    parser.add_argument("--keep", action="store_true", help="commit this run's ratios as baseline")
    parser.add_argument("--no-litellm", action="store_true", help="leave LiteLLM out")
    parser.add_argument(
        "--selections", type=int, default=SELECTIONS, help="random selections to compare; 0: none"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
