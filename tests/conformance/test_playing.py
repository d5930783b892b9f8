"""Scenarios find a broken page out, and tell a newcomer what is missing."""

from collections.abc import Iterator

import pytest

from conformance.frontends import FRONTENDS
from conformance.playing import play
from conformance.saboteurs.pages import PAGES, broken_page
from conformance.saboteurs.saboteur import caught
from conformance.scenarios import SCENARIOS
from conformance.screens.adapter import Adapter
from conformance.stage import Stage, staged
from conformance.windows.tabs import Tabs

CAUGHT = ("C03", "C10", "C25", "C26")
SABOTEURS = {saboteur.scenario: saboteur for saboteur in PAGES}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(FRONTENDS["react"], tmp_path_factory.mktemp("react")) as stage:
        yield stage


@pytest.mark.parametrize("id", CAUGHT)
def test_a_saboteur_is_caught_in_the_scenarios_own_words(stage: Stage, id: str) -> None:
    saboteur = SABOTEURS[id]
    is_caught, outcome = caught(stage, saboteur, broken_page(stage, saboteur))
    assert is_caught, outcome.sentence


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
