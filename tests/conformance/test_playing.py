"""Scenarios pass on a whole page, find a broken one out, and tell a newcomer what is missing."""

from collections.abc import Iterator

import pytest

from conformance.__main__ import told
from conformance.frontends import FRONTENDS
from conformance.playing import Outcome, play
from conformance.saboteurs.pages import PAGES, caught
from conformance.scenarios import SCENARIOS
from conformance.screens.adapter import Adapter
from conformance.stage import Stage, staged
from conformance.windows.tabs import Tabs

SLICE = ("C01", "C03", "C04", "C10", "C12", "C17", "C25")
CAUGHT = ("C03", "C10", "C25", "C26")
SABOTEURS = {saboteur.scenario: saboteur for saboteur in PAGES}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(FRONTENDS["react"], tmp_path_factory.mktemp("react")) as stage:
        yield stage


@pytest.mark.parametrize("id", SLICE)
def test_a_frontend_passes(stage: Stage, id: str) -> None:
    assert play(stage, SCENARIOS[id]).sentence == ""


@pytest.mark.parametrize("id", CAUGHT)
def test_a_saboteur_is_caught_in_the_scenarios_own_words(stage: Stage, id: str) -> None:
    is_caught, outcome = caught(stage, SABOTEURS[id])
    assert is_caught, outcome.sentence


def test_what_fails_is_told_with_the_frontends_name_and_the_rule() -> None:
    outcome = Outcome("gradio", "C10", "the CSV has no column `role`", 1.0)
    title = SCENARIOS["C10"].title
    assert told(outcome) == f"Gradio: the CSV has no column `role` (C10, a MUST: {title})."


def test_a_newcomer_is_told_what_is_missing(stage: Stage) -> None:
    whole = stage.windows
    assert isinstance(whole, Tabs)
    stage.windows = Tabs(whole.browser, f"{stage.api.url}/docs", Adapter(), patience=1.0)
    try:
        outcome = play(stage, SCENARIOS["C02"])
    finally:
        stage.windows = whole
    assert "the assistant's greeting is not among the messages" in outcome.sentence
    assert "role log" in outcome.sentence
