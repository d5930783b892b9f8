"""The matrix of scenarios and frontends, as the documents show it."""

import datetime
import re
from collections.abc import Sequence
from pathlib import Path

from conformance.frontends import FINISHED, FRONTENDS
from conformance.playing import Outcome
from conformance.scenarios import SCENARIOS
from conformance.serving import ROOT

PAGE = ROOT / "docs" / "conformance.md"
README = ROOT / "README.md"
PASSES, FAILS = "✓", "✗"
COMMAND = "make conformance"


def write(outcomes: Sequence[Outcome], seconds: float) -> None:
    """Write the whole matrix into its page, and the short form into the README."""
    put(PAGE, "matrix", page_text(outcomes, seconds))
    put(README, "conformance", short_text(outcomes))


def put(file: Path, name: str, text: str) -> None:
    """Replace what stands between the two marks of this name."""
    before = file.read_text(encoding="utf-8")
    marks = rf"(<!-- {name}: begin[^>]*-->\n).*?(<!-- {name}: end -->)"
    after, count = re.subn(marks, lambda found: found[1] + text + found[2], before, flags=re.S)
    if count != 1:
        raise ValueError(f"{file.name} has no place for {name!r}")
    file.write_text(after, encoding="utf-8")


def page_text(outcomes: Sequence[Outcome], seconds: float) -> str:
    """When it was played, with what, and the table."""
    minutes = f"{seconds / 60:.1f} minutes"
    passed = sum(not outcome.sentence for outcome in outcomes)
    rows = [FRONTENDS[name] for name in FINISHED]
    versions = "; ".join(f"{row.title} ({row.versions})" for row in rows)
    intro = (
        f"`{COMMAND}` on {datetime.date.today().isoformat()}: **{passed} of {len(outcomes)} cells "
        f"pass**, in {minutes}. {versions}.\n\n"
    )
    return intro + table(outcomes)


def table(outcomes: Sequence[Outcome]) -> str:
    """A row for each scenario, a column for each frontend."""
    passed = {(one.frontend, one.scenario): not one.sentence for one in outcomes}
    titles = " | ".join(FRONTENDS[name].title for name in FINISHED)
    lines = [
        f"| id | level | scenario | {titles} |",
        "|---|---|---|" + ":-:|" * len(FINISHED),
    ]
    for scenario in SCENARIOS.values():
        cells = " | ".join(PASSES if passed.get((n, scenario.id)) else FAILS for n in FINISHED)
        lines.append(f"| {scenario.id} | {scenario.level} | {scenario.title} | {cells} |")
    return "\n".join(lines) + "\n"


def short_text(outcomes: Sequence[Outcome]) -> str:
    """One line of counts for the README."""
    counts = []
    for name in FINISHED:
        played = [one for one in outcomes if one.frontend == name]
        passed = sum(not one.sentence for one in played)
        counts.append(f"{passed} of {len(played)}")
    titles = " | ".join(FRONTENDS[name].title for name in FINISHED)
    return (
        f"| | {titles} |\n|---|" + ":-:|" * len(FINISHED) + "\n"
        f"| scenarios passed | {' | '.join(counts)} |\n"
    )
