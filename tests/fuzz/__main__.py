"""`python -m tests.fuzz [KIND …]`: bad input of these kinds, or of all; exits 1 on any finding."""

import argparse
import secrets
import signal
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.fuzz.kinds import KINDS
from tests.fuzz.rounds import ROUND, Outcome, play
from tests.fuzz.stage import staged


def main() -> int:
    """Play, print the table and the findings, and return the exit code."""
    options = _options()
    # Asked to end, the server and the model's server have to end as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"seed {options.seed}", flush=True)
    outcomes = []
    with tempfile.TemporaryDirectory() as folder, staged(Path(folder)) as stage:
        for name in options.kinds or KINDS:
            kind = KINDS[name]
            count = options.count or kind.count
            outcomes.append(play(name, kind, stage, count, options.seed))
            print(_row(outcomes[-1]), flush=True)
    return _report(outcomes)


def _report(outcomes: Iterable[Outcome]) -> int:
    findings = [(each.kind, finding) for each in outcomes for finding in each.findings]
    for name, finding in findings:
        print(f"\n{name}: {finding}")
    print(f"\n{len(findings)} findings")
    return 1 if findings else 0


def _row(outcome: Outcome) -> str:
    before, after = (size / 1e6 for size in outcome.memory)
    return (
        f"{outcome.kind:<13} {outcome.played:>6} cases  {len(outcome.findings)} findings  "
        f"slowest callback {outcome.slowest * 1000:4.0f} ms  memory {before:.0f} → {after:.0f} MB  "
        f"{outcome.seconds:4.0f} s"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []], metavar="KIND")
    parser.add_argument("--count", type=int, help="cases of each kind; by default those of KINDS")
    parser.add_argument(
        "--seed",
        type=int,
        default=secrets.randbelow(1_000_000),
        help=f"seed of the first {ROUND} cases; the next ones have the next seed",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
