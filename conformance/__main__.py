"""`python -m conformance [NAME …]`: plays the scenarios on the frontends and tells what fails."""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from conformance import matrix
from conformance.frontends import FINISHED, FRONTENDS
from conformance.playing import Outcome
from conformance.scenarios import SCENARIOS
from conformance.serving import ROOT

SIDE_BY_SIDE = 2
"""Frontends that are played at the same time; each waits much and computes little."""


def main() -> int:
    """The exit code: 0 where everything passes."""
    options = _options()
    names, ids = options.frontends or FINISHED, options.scenario or list(SCENARIOS)
    if unknown := [name for name in names if name not in FRONTENDS]:
        print(
            f"There is no frontend {unknown[0]!r} in conformance/frontends.py; "
            f"there are: {', '.join(FRONTENDS)}.",
            file=sys.stderr,
        )
        return 2
    began = time.monotonic()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        played = pool.map(lambda name: counted(name, ids, list(_outcomes(name, ids))), names)
        outcomes = [outcome for listed in played for outcome in listed]
    seconds = time.monotonic() - began
    failed = [outcome for outcome in outcomes if outcome.sentence]
    print(f"\n{len(outcomes) - len(failed)} of {len(outcomes)} pass, in {seconds:.0f} s.")
    for outcome in failed:
        print(told(outcome))
    if set(names) == set(FINISHED) and set(ids) == set(SCENARIOS) and not options.dry:
        matrix.write(outcomes, seconds)
        print(f"Written: {matrix.PAGE.relative_to(ROOT)}")
    return 1 if failed else 0


def told(outcome: Outcome) -> str:
    """`Streamlit: the CSV has no column `role` (C10, a MUST: …).`"""
    title = FRONTENDS[outcome.frontend].title
    scenario = SCENARIOS.get(outcome.scenario)
    about = f" ({scenario.id}, a {scenario.level}: {scenario.title})" if scenario else ""
    return f"{title}: {outcome.sentence}{about}."


def counted(name: str, ids: Sequence[str], outcomes: Sequence[Outcome]) -> list[Outcome]:
    """An outcome for each scenario: those that were not reached count as failed."""
    reached = {outcome.scenario for outcome in outcomes}
    why = next((one.sentence for one in outcomes if not one.scenario), "it was not reached")
    missed = [Outcome(name, id, why, 0) for id in ids if id not in reached]
    return [one for one in outcomes if one.scenario] + missed


def _outcomes(name: str, ids: Sequence[str]) -> Iterator[Outcome]:
    """Every outcome, told as it comes."""
    command = [sys.executable, "-m", "conformance.playing", name, *ids]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as player:
        assert player.stdout is not None
        for line in player.stdout:
            outcome = Outcome(**json.loads(line))
            verdict = told(outcome) if outcome.sentence else "passes"
            about = f"{FRONTENDS[name].title:<10} {outcome.scenario:<4}"
            print(f"{about} {outcome.seconds:5.1f} s  {verdict}", flush=True)
            yield outcome


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m conformance", description=__doc__)
    parser.add_argument(
        "frontends", nargs="*", metavar="NAME", help="all finished ones where absent"
    )
    parser.add_argument(
        "--scenario", action="append", choices=SCENARIOS, help="this one; all where absent"
    )
    parser.add_argument("--dry", action="store_true", help="write no matrix")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
