"""`make soak MINUTES=30 WORKERS=1 RATE=8`: a soak, and the tables of what came of it."""

import argparse
import asyncio
import signal
import sys
import tempfile
from pathlib import Path

from tests.soak.playing import Outcome, Plan, soak
from tests.soak.report import report


def main() -> int:
    options = _options()
    seconds = options.minutes * 60
    warm_up = min(60.0, seconds / 5)
    plan = Plan(seconds - warm_up, warm_up, options.rate, options.workers, options.seed)
    print(f"Soaking for {options.minutes:g} minutes; Ctrl-C ends it sooner.", flush=True)
    with tempfile.TemporaryDirectory(prefix="parley-soak-") as folder:
        outcome = asyncio.run(_stoppable(plan, Path(folder)))
    print(report(outcome))
    return 0 if outcome.is_clean else 1


async def _stoppable(plan: Plan, folder: Path) -> Outcome:
    """The soak; Ctrl-C ends its load, and what there is then is reported."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sig in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sig, stop.set)
    return await soak(plan, folder, stop)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.soak",
        description="A mixed load with faults; exits with 1 where something is lost or leaks.",
    )
    parser.add_argument("--minutes", type=float, default=30.0, help="how long the load lasts")
    parser.add_argument("--workers", type=int, default=1, help="worker processes of the server")
    parser.add_argument("--rate", type=float, default=8.0, help="acts a second, on average")
    parser.add_argument("--seed", type=int, default=1, help="chooses the acts and their order")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
