"""Compares a run's ratios with the committed ones: a slip of 1.3 × is a regression."""

import json
from collections.abc import Iterable
from pathlib import Path

from bench.gates import Gate

BASELINE = Path(__file__).with_name("baseline.json")
SLIP = 1.3


def ratios(gates: Iterable[Gate]) -> dict[str, float]:
    """The gates that are ratios of one run: times depend on the machine and are left out."""
    return {gate.name: round(gate.value, 3) for gate in gates if "÷" in gate.name}


def slipped(gates: Iterable[Gate]) -> list[str]:
    """A sentence for each ratio that is 1.3 × worse than the committed one."""
    known = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    found = []
    for gate in gates:
        before = known.get(gate.name)
        if before is None:
            continue
        worse = before / gate.value if gate.rising else gate.value / before
        if worse > SLIP:
            found.append(f"{gate.name}: {gate.value:.2f}, was {before:.2f} ({worse:.2f} × worse)")
    return found


def keep(gates: Iterable[Gate]) -> None:
    """Make this run the committed one."""
    BASELINE.write_text(json.dumps(ratios(gates), indent=2, ensure_ascii=False) + "\n")
