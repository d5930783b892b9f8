"""The TypeScript that the small contract makes, and that a change of the contract reaches it."""

from pathlib import Path

import pytest

from clients.codegen.__main__ import TYPESCRIPT, generated, main, stale
from tests.codegen.generating import GOLDEN, OPERATIONS, ROOT, SCHEMA

FIELD = """\
  "How warm."
  warmth: Float = null @range(max: 1, min: 0) @control(kind: SLIDER, label: "Warmth", order: 25)
"""


def test_the_committed_package_is_fresh() -> None:
    files = generated(SCHEMA, OPERATIONS, TYPESCRIPT)
    assert stale(files, ROOT / "clients" / "typescript" / "_generated") == []


def test_the_generated_files_are_the_golden_ones() -> None:
    files = generated(GOLDEN / "schema.graphql", GOLDEN / "operations", TYPESCRIPT)
    assert stale(files, GOLDEN / "typescript") == []


def test_a_new_setting_reaches_inputs_and_controls(tmp_path: Path) -> None:
    head = "input ChatSettings {\n"
    text = SCHEMA.read_text("utf-8")
    assert text.count(head) == 1
    (tmp_path / "schema.graphql").write_text(text.replace(head, head + FIELD), "utf-8")
    files = generated(tmp_path / "schema.graphql", OPERATIONS, TYPESCRIPT)
    assert "  /** How warm. */\n  readonly warmth?: number | null;" in files["inputs.ts"]
    assert 'path: "settings.warmth"' in files["controls.ts"]


def test_a_stale_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--out", str(tmp_path)]) == 0
    (tmp_path / "typescript" / "_generated" / "left_over.ts").touch()
    assert main(["--out", str(tmp_path), "--check"]) == 1
    assert capsys.readouterr().err.count("is stale") == 1
