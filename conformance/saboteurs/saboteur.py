"""What a saboteur is, and how it must be found out."""

from dataclasses import dataclass

from conformance.playing import Outcome, play
from conformance.scenarios import SCENARIOS
from conformance.stage import Stage, Windows

PATIENCE = 6.0
"""Seconds that a scenario waits for what a broken frontend never does."""


@dataclass(frozen=True, slots=True)
class Saboteur:
    """What is broken, and what the scenario then says, in part."""

    scenario: str
    breaks: str
    sentence: str


def caught(stage: Stage, saboteur: Saboteur, broken: Windows) -> tuple[bool, Outcome]:
    """Whether the scenario finds the broken frontend out, in its own words; and what it said."""
    whole, stage.windows = stage.windows, broken
    try:
        outcome = play(stage, SCENARIOS[saboteur.scenario])
    finally:
        stage.windows = whole
    return saboteur.sentence in outcome.sentence, outcome
