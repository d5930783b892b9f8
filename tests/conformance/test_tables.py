"""Scenarios, frontends, saboteurs and the committed matrix belong together."""

import re
from pathlib import Path

import pytest

from conformance import matrix
from conformance.frontends import CLIENTS, FINISHED, FRONTENDS
from conformance.saboteurs.pages import PAGES
from conformance.scenario import Level, scenario
from conformance.scenarios import SCENARIOS
from tests.test_architecture import ROOT, imports, python_files

FOUNDATIONS = ("tests.upstream", "tests.servers", "tests.browser")
"""What of the tests the kit stands on."""
CELL = re.compile(r"^\| (C\d\d) \| (MUST|SHOULD) \| (.+?) \| ([^|]+(?: \| [^|]+)*) \|$", re.M)


def test_an_id_names_one_scenario_for_ever() -> None:
    assert list(SCENARIOS) == [f"C{number:02}" for number in range(1, len(SCENARIOS) + 1)]
    with pytest.raises(ValueError, match="not a new id"):
        scenario("C01", "Another", Level.MUST)(SCENARIOS["C01"].act)


def test_every_scenario_has_a_saboteur() -> None:
    assert [saboteur.scenario for saboteur in PAGES] == list(SCENARIOS)


def test_the_committed_matrix_is_of_these_scenarios_and_frontends_and_all_pass() -> None:
    page = matrix.PAGE.read_text(encoding="utf-8")
    found = {id: (level, title, cells) for id, level, title, cells in CELL.findall(page)}
    passes = " | ".join(matrix.PASSES for _ in FINISHED)
    wanted = {one.id: (str(one.level), one.title, passes) for one in SCENARIOS.values()}
    assert found == wanted, "run `make conformance`"
    assert " | ".join(FRONTENDS[name].title for name in FINISHED) in page


def test_the_readme_has_the_short_form_of_the_matrix() -> None:
    readme = matrix.README.read_text(encoding="utf-8")
    counts = " | ".join(f"{len(SCENARIOS)} of {len(SCENARIOS)}" for _ in FINISHED)
    assert f"| scenarios passed | {counts} |" in readme, "run `make conformance`"


@pytest.mark.parametrize("name", FRONTENDS)
def test_a_row_names_the_frontends_own_code_and_what_it_is_built_with(name: str) -> None:
    row = FRONTENDS[name]
    assert (CLIENTS / row.folder).is_dir()
    assert re.fullmatch(r"[\w-]+ \d[\w.]*(, [\w-]+ \d[\w.]*)*", row.versions)
    assert bool(row.command) + bool(row.path) <= 1


def test_the_kit_stands_on_a_few_of_the_tests_and_those_know_nothing_of_it() -> None:
    for path in python_files("conformance"):
        used = [name for name in imports(path) if name.startswith("tests.")]
        assert [name for name in used if not name.startswith(FOUNDATIONS)] == [], path
        assert [name for name in imports(path) if name.split(".")[0] == "api"] == [], path
    below = [Path("api"), Path("clients"), *(Path(name.replace(".", "/")) for name in FOUNDATIONS)]
    for place in below:
        files = python_files(str(place)) or [ROOT / place.with_suffix(".py")]
        for path in files:
            assert "conformance" not in {name.split(".")[0] for name in imports(path)}, path


def test_scenarios_know_no_browser_and_no_terminal() -> None:
    for path in python_files("conformance/scenarios"):
        drivers = ("playwright", "textual", "conformance.screens", "conformance.windows")
        used = [name for name in imports(path) if name.startswith(drivers)]
        allowed = {"conformance.screens.Screen", "conformance.screens.screen.run_together"}
        assert set(used) <= allowed, path
