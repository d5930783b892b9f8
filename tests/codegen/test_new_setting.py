"""A setting with nothing but a range reaches the controls of all three packages."""

import json
import subprocess
from pathlib import Path

import pytest

from clients.codegen.__main__ import main
from tests.codegen.generating import ROOT, SCHEMA, imported

NODE = ROOT / ".venv" / "bin" / "node"
HEAD = "input ChatSettings {\n"
FIELD = '  """Share of the likeliest words."""\n  topP: Float @range(min: 0, max: 1)\n'
CONTROL = {
    "path": "settings.topP",
    "kind": "SLIDER",
    "label": "Top p",
    "description": "Share of the likeliest words.",
    "valueType": "Float",
    "min": 0,
    "max": 1,
}


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `python -m clients.codegen` makes where the schema has the setting."""
    folder = tmp_path_factory.mktemp("clients")
    text = SCHEMA.read_text("utf-8")
    assert text.count(HEAD) == 1
    (folder / "schema.graphql").write_text(text.replace(HEAD, HEAD + FIELD), "utf-8")
    assert main(["--schema", str(folder / "schema.graphql"), "--out", str(folder)]) == 0
    return folder


def test_python_has_the_control(clients: Path, tmp_path: Path) -> None:
    made = clients / "python" / "_generated"
    package = imported(tmp_path, {path.name: path.read_text("utf-8") for path in made.glob("*.py")})
    control = next(each for each in package.CONTROLS if each.path == "settings.topP")
    told = {"kind": control.kind, "valueType": control.value_type}
    names = ("path", "label", "description", "min", "max")
    assert {**told, **{name: getattr(control, name) for name in names}} == CONTROL
    assert package.ChatSettings(top_p=0.5).to_json() == {"topP": 0.5}


def test_typescript_has_the_control(clients: Path) -> None:
    controls = (clients / "typescript" / "_generated" / "controls.ts").as_posix()
    script = f'import {{ CONTROLS }} from "{controls}"; console.log(JSON.stringify(CONTROLS))'
    words = [str(NODE), "--input-type=module", "--eval", script]
    done = subprocess.run(words, capture_output=True, check=True, timeout=60)
    control = next(each for each in json.loads(done.stdout) if each["path"] == "settings.topP")
    assert {name: control[name] for name in CONTROL} == CONTROL
    inputs = (clients / "typescript" / "_generated" / "inputs.ts").read_text("utf-8")
    assert "readonly topP?: number | null;" in inputs


def test_swift_has_the_control(clients: Path) -> None:
    made = clients / "swift" / "Sources" / "Parley" / "_Generated"
    blocks = (made / "Controls.swift").read_text("utf-8").split("Control(\n")
    (control,) = [block for block in blocks if '"settings.topP"' in block]
    for line in ("kind: .slider", 'label: "Top p"', "max: 1.0", "min: 0.0", 'valueType: "Float"'):
        assert line in control
    assert "public var topP: Double?" in (made / "Inputs.swift").read_text("utf-8")
