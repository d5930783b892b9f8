"""What the generators refuse, how freshness is checked, and that a change reaches the clients."""

from pathlib import Path

import pytest

from clients.codegen.__main__ import generated, main, stale, write
from clients.codegen.contract import ContractError
from tests.codegen.generating import GOLDEN, OPERATIONS, ROOT, SCHEMA, imported, made

ANIMALS = """
interface Animal { name: String! }
type Dog implements Animal { name: String! age: Int }
type Cat implements Animal { name: String! }
union Pet = Dog | Cat
type Query { pet: Pet dog: Dog other: Dog }
"""

CONTROL = """
directive @control(kind: ControlKind!, label: String!, order: Int!) on INPUT_FIELD_DEFINITION
directive @length(max: Int!) on INPUT_FIELD_DEFINITION
directive @range(max: Float!, min: Float!, step: Float) on INPUT_FIELD_DEFINITION
"""


def test_the_committed_package_is_fresh() -> None:
    files = generated(SCHEMA, OPERATIONS)
    assert stale(files, ROOT / "clients" / "python" / "_generated") == []


@pytest.mark.parametrize(
    ("operations", "told"),
    [
        ("{ pet { __typename } }", "has no name"),
        ("query A { pet { name } }", "all.graphql:1"),
        ("query A { pet { ... on Dog { name } } }", "Select `__typename`"),
        ("query A { dog { name } other { name age } }", "several root fields"),
        ("query A { dog { name } } query B { other { name age } }", "differ in age"),
        ("query A { dog { called: name } }", "Aliases"),
        ("query A($x: Boolean!) { dog { name @skip(if: $x) } }", "@skip"),
        ("query A { dog { name }", "all.graphql:1"),
        ("query A { horse { name } }", "Cannot query field 'horse'"),
    ],
)
def test_a_document_without_a_type_is_refused_with_its_reason(
    tmp_path: Path, operations: str, told: str
) -> None:
    with pytest.raises(ContractError, match=told):
        made(tmp_path, ANIMALS, operations)


def test_a_name_that_stands_for_unknown_members_is_refused(tmp_path: Path) -> None:
    schema = ANIMALS.replace("pet: Pet", "pet: Pet unknown: UnknownPet")
    schema += "type UnknownPet { id: ID }"
    operations = "query A { pet { __typename } } query B { unknown { id } }"
    with pytest.raises(ContractError, match="UnknownPet: the name is taken"):
        made(tmp_path, f"{schema} {CONTROL} {CONTROLS_SCHEMA}", operations)


def test_a_stale_a_missing_and_a_left_over_file_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--schema", str(GOLDEN / "schema.graphql")]
    arguments += ["--operations", str(GOLDEN / "operations"), "--out", str(tmp_path)]
    assert main(arguments) == 0
    assert main([*arguments, "--check"]) == 0
    made = tmp_path / "python" / "_generated"
    (made / "enums.py").write_text("changed")
    (made / "inputs.py").unlink()
    (made / "left_over.py").touch()
    assert main([*arguments, "--check"]) == 1
    told = capsys.readouterr().err
    assert [name for name in ("enums", "inputs", "left_over", "models") if name in told] == [
        "enums",
        "inputs",
        "left_over",
    ]
    assert (made / "enums.py").read_text() == "changed"


def test_generating_removes_what_is_left_over(tmp_path: Path) -> None:
    (tmp_path / "left_over.py").touch()
    write({"new.py": ""}, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["new.py"]


def test_documents_that_do_not_fit_end_with_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.graphql").write_text("query A { nothing }")
    assert main(["--operations", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "a.graphql:1: Cannot query field 'nothing'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_new_setting_reaches_inputs_and_controls(tmp_path: Path) -> None:
    field = (
        'temper: Float = null @range(max: 1, min: 0) @control(kind: SLIDER, label: "Temper",'
        " order: 25)"
    )
    files = _with(tmp_path, "input ChatSettings {", field)
    package = imported(tmp_path, files)
    control = next(c for c in package.CONTROLS if c.path == "settings.temper")
    assert (control.label, control.min, control.max, control.step) == ("Temper", 0.0, 1.0, None)
    assert package.ChatSettings(temper=0.5).to_json() == {"temper": 0.5}


def test_a_new_nullable_field_changes_nothing_until_it_is_selected(tmp_path: Path) -> None:
    files = _with(tmp_path, "type Assistant {", "mood: String")
    assert stale(files, ROOT / "clients" / "python" / "_generated") == []


def test_a_new_problem_is_known_once_its_union_has_it(tmp_path: Path) -> None:
    schema = SCHEMA.read_text("utf-8") + (
        "type ModelAsleep implements Problem { reason: String! retryable: Boolean! }"
    )
    schema = schema.replace("union ChatResult = ", "union ChatResult = ModelAsleep | ")
    (tmp_path / "schema.graphql").write_text(schema, "utf-8")
    package = imported(tmp_path, generated(tmp_path / "schema.graphql", OPERATIONS))
    data = {"__typename": "ModelAsleep", "reason": "Spent.", "retryable": False}
    answer = package.operations.chat(input={}).answer({"chat": data})
    assert answer == package.ModelAsleep(reason="Spent.", retryable=False)


CONTROLS_SCHEMA = "enum ControlKind { TEXT }"


def _with(folder: Path, head: str, field: str) -> dict[str, str]:
    """What is generated where the schema's type has one field more."""
    text = SCHEMA.read_text("utf-8")
    assert text.count(head) == 1
    changed = folder / "schema.graphql"
    changed.write_text(text.replace(head, f"{head}\n  {field}"), "utf-8")
    return generated(changed, OPERATIONS)
