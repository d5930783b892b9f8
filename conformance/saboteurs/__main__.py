"""`python -m conformance.saboteurs [C00 …]`: breaks frontends, once for each scenario, and tells
which of them are not caught.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from conformance.frontends import FRONTENDS
from conformance.saboteurs.pages import PAGES, broken_page
from conformance.saboteurs.saboteur import Saboteur, caught
from conformance.saboteurs.terminals import TERMINALS, broken_terminal
from conformance.stage import Stage, Windows, staged

Break = Callable[[Stage, Saboteur], Windows]


def main() -> int:
    """The exit code: 0 where every saboteur is caught."""
    wanted, began = sys.argv[1:], time.monotonic()
    found = [
        *_found("react", PAGES, broken_page, wanted),
        *_found("terminal", TERMINALS, broken_terminal, wanted),
    ]
    seconds = time.monotonic() - began
    print(f"\n{sum(found)} of {len(found)} saboteurs caught, in {seconds:.0f} s.")
    return 0 if all(found) else 1


def _found(
    name: str, saboteurs: Collection[Saboteur], broken: Break, wanted: Collection[str]
) -> Iterator[bool]:
    chosen = [one for one in saboteurs if not wanted or one.scenario in wanted]
    if not chosen:
        return
    with (
        tempfile.TemporaryDirectory(prefix="parley-saboteurs-") as folder,
        staged(FRONTENDS[name], Path(folder)) as stage,
    ):
        for saboteur in chosen:
            is_caught, outcome = caught(stage, saboteur, broken(stage, saboteur))
            verdict = "caught" if is_caught else "ESCAPED"
            said = (outcome.sentence or "everything passes")[:160]
            title = FRONTENDS[name].title
            print(f"{title} {saboteur.scenario} {saboteur.breaks}: {verdict} ({said})", flush=True)
            yield is_caught


if __name__ == "__main__":
    sys.exit(main())
