"""The short form of the fuzz: the same kinds, rules and watch as `make fuzz`, with fewer cases."""

from collections.abc import Iterator

import pytest

from tests.fuzz.kinds import KINDS
from tests.fuzz.rounds import play
from tests.fuzz.stage import Stage, staged

SHORT = 0.025
"""Of the counts of the long form."""
SEED = 1
"""Always the same: what `make test` says of a change must depend on the change."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("fuzz")) as stage:
        yield stage


@pytest.mark.parametrize("name", KINDS)
def test_bad_input_never_hurts(stage: Stage, name: str) -> None:
    kind = KINDS[name]
    count = int(kind.count * SHORT)
    outcome = play(name, kind, stage, count, SEED, size=count // 2)
    assert not outcome.findings, "\n".join(outcome.findings)
    assert outcome.played >= count
