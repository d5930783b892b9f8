"""The Swift that the small contract makes, and that a change of the contract reaches it."""

import json
import re
from pathlib import Path

from clients.codegen.__main__ import SWIFT, generated, stale
from tests.codegen.generating import GOLDEN, OPERATIONS, ROOT, SCHEMA

FIELD = """\
  "How warm."
  warmth: Float = null @range(max: 1, min: 0) @control(kind: SLIDER, label: "Warmth", order: 25)
"""


def made_with(folder: Path, head: str, more: str) -> dict[str, str]:
    """What is generated where the schema has more after this text."""
    text = SCHEMA.read_text("utf-8")
    assert text.count(head) == 1
    (folder / "schema.graphql").write_text(text.replace(head, head + more), "utf-8")
    return generated(folder / "schema.graphql", OPERATIONS, SWIFT)


def test_the_committed_package_is_fresh() -> None:
    files = generated(SCHEMA, OPERATIONS, SWIFT)
    assert stale(files, ROOT / "clients" / SWIFT.folder) == []


def test_the_generated_files_are_the_golden_ones() -> None:
    files = generated(GOLDEN / "schema.graphql", GOLDEN / "operations", SWIFT)
    assert stale(files, GOLDEN / "swift") == []


def test_a_new_setting_reaches_inputs_and_controls(tmp_path: Path) -> None:
    files = made_with(tmp_path, "input ChatSettings {\n", FIELD)
    assert "    /// How warm.\n    public var warmth: Double?" in files["Inputs.swift"]
    assert 'path: "settings.warmth"' in files["Controls.swift"]


def test_a_new_enum_value_is_a_name_in_swift(tmp_path: Path) -> None:
    files = made_with(tmp_path, "enum Role {\n", "  IN_BETWEEN\n  IN\n")
    assert 'public static let inBetween = Self("IN_BETWEEN")' in files["Enums.swift"]
    assert 'public static let `in` = Self("IN")' in files["Enums.swift"]


def test_a_new_event_is_a_case_and_the_shared_fields_know_it(tmp_path: Path) -> None:
    head = "union RunEvent = "
    more = "RunPaused | "
    added = (
        '\n"It waits."\ntype RunPaused implements Event { at: DateTime! runId: ID! seq: Int! }\n'
    )
    text = SCHEMA.read_text("utf-8").replace(head, head + more) + added
    (tmp_path / "schema.graphql").write_text(text, "utf-8")
    unions = generated(tmp_path / "schema.graphql", OPERATIONS, SWIFT)["Unions.swift"]
    assert "    case runPaused(RunPaused)\n" in unions
    assert "        case .runPaused(let member): member.seq\n" in unions
    assert "        case .runPaused: nil\n" in unions  # it has no cost


def test_the_swift_tests_read_every_fixture_and_know_every_step() -> None:
    """They need a Swift to run, so that here is checked what can be without one."""
    source = (ROOT / "clients/swift/Tests/ParleyTests/FixtureTests.swift").read_text("utf-8")
    played = re.findall(r'func test\w+\(\) throws \{ try play\("(\w+)"\) \}', source)
    files = sorted((ROOT / "clients" / "fixtures").glob("*.json"))
    assert sorted(played) == [file.stem for file in files]
    steps = {key for file in files for case in json.loads(file.read_text()) for key in keys(case)}
    taken = set(re.findall(r'case "(\w+)":', source))
    assert taken <= steps
    assert steps - taken <= {"sends", "times", "counter", "remaining", "refusal"}


def keys(case: dict[str, list[dict[str, object]]]) -> set[str]:
    return {key for step in case["steps"] for key in step}
