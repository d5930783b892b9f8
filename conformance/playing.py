"""Plays scenarios on one frontend; as a program (`python -m conformance.playing NAME`), a line of
JSON for each outcome on standard output.
"""

import argparse
import json
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from playwright.sync_api import Error as BrowserError

from conformance.frontends import FRONTENDS
from conformance.nonconformity import Nonconformity
from conformance.scenario import Scenario
from conformance.scenarios import SCENARIOS
from conformance.stage import Stage, staged


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one scenario on one frontend; an empty sentence where it passed."""

    frontend: str
    scenario: str
    sentence: str
    seconds: float


def play(stage: Stage, scenario: Scenario) -> Outcome:
    """Play it in windows of its own."""
    began = time.monotonic()
    sentence = ""
    try:
        scenario.act(stage)
        if complaints := stage.windows.errors:
            raise Nonconformity(f"its own script complains: {complaints[0]}")
    except Nonconformity as failure:
        sentence = str(failure)
    except (BrowserError, TimeoutError) as failure:
        traceback.print_exc()
        sentence = f"the browser gave up: {str(failure).splitlines()[0]}"
    except Exception as failure:
        # The others are still to be played; this one counts as failed and shows its cause.
        traceback.print_exc()
        sentence = f"the scenario could not be played: {type(failure).__name__}: {failure}"
    finally:
        stage.clear()
    return Outcome(stage.frontend.name, scenario.id, sentence, time.monotonic() - began)


def play_all(name: str, ids: Sequence[str]) -> Iterator[Outcome]:
    """Play them one after another on the frontend of this name."""
    frontend = FRONTENDS[name]
    with tempfile.TemporaryDirectory(prefix="parley-conformance-") as folder:
        try:
            with staged(frontend, Path(folder)) as stage:
                for id in ids:
                    yield play(stage, SCENARIOS[id])
        except (RuntimeError, TimeoutError, OSError) as failure:
            yield Outcome(name, "", f"it does not start: {failure}", 0)


def main() -> None:
    """Print the outcomes as they come."""
    parser = argparse.ArgumentParser(prog="python -m conformance.playing")
    parser.add_argument("frontend", choices=FRONTENDS)
    parser.add_argument("scenarios", nargs="*", default=list(SCENARIOS))
    options = parser.parse_args()
    for outcome in play_all(options.frontend, options.scenarios):
        print(json.dumps(asdict(outcome)), flush=True)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
