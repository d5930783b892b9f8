"""`python -m conformance.saboteurs [C00 …]`: breaks a frontend, once for each scenario; tells which
are not caught.
"""

import sys
import tempfile
import time
from pathlib import Path

from conformance.frontends import FRONTENDS
from conformance.saboteurs.pages import PAGES, caught
from conformance.stage import staged


def main() -> int:
    """The exit code: 0 where every saboteur is caught."""
    wanted = sys.argv[1:]
    chosen = [one for one in PAGES if not wanted or one.scenario in wanted]
    began, escaped = time.monotonic(), 0
    with (
        tempfile.TemporaryDirectory(prefix="parley-saboteurs-") as folder,
        staged(FRONTENDS["react"], Path(folder)) as stage,
    ):
        for saboteur in chosen:
            is_caught, outcome = caught(stage, saboteur)
            escaped += not is_caught
            verdict = "caught" if is_caught else "ESCAPED"
            said = outcome.sentence or "everything passes"
            print(f"{saboteur.scenario} {saboteur.breaks}: {verdict} ({said[:160]})", flush=True)
    seconds = time.monotonic() - began
    print(f"\n{len(chosen) - escaped} of {len(chosen)} saboteurs caught, in {seconds:.0f} s.")
    return 1 if escaped else 0


if __name__ == "__main__":
    sys.exit(main())
