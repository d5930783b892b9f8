"""What a scenario is, and the list of them that grows and never renumbers."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.stage import Stage

Act = Callable[["Stage"], None]
"""Plays the scenario; raises `Nonconformity`."""


class Level(StrEnum):
    """How much a frontend owes it, in the sense of RFC 2119."""

    MUST = "MUST"
    SHOULD = "SHOULD"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One rule for all frontends. An id is permanent: never reused, never given to another rule."""

    id: str
    title: str
    level: Level
    act: Act


ENTERED: dict[str, Scenario] = {}
"""Id → scenario, filled by the modules of `conformance.scenarios`."""


def scenario(id: str, title: str, level: Level = Level.MUST) -> Callable[[Act], Act]:
    """Enter the function as a scenario."""

    def enter(act: Act) -> Act:
        if not re.fullmatch(r"C\d\d", id) or id in ENTERED:
            raise ValueError(f"{id} is not a new id of the form C00")
        ENTERED[id] = Scenario(id, title, level, act)
        return act

    return enter
