"""What every frontend does, as one list. An id is permanent; a new scenario takes the next one."""

from conformance.scenario import ENTERED, Scenario
from conformance.scenarios import (
    access,
    answering,
    beginning,
    files,
    reading,
    resuming,
    safety,
    settings,
    spending,
    trouble,
)

SCENARIOS: dict[str, Scenario] = dict(sorted(ENTERED.items()))
"""Id → scenario, in the order of the ids."""

__all__ = [
    "SCENARIOS",
    "access",
    "answering",
    "beginning",
    "files",
    "reading",
    "resuming",
    "safety",
    "settings",
    "spending",
    "trouble",
]
