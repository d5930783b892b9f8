"""The house's rules: who may import whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FRONTENDS = sorted(
    path.name
    for path in (ROOT / "clients").iterdir()
    if (path / "__init__.py").exists() and path.name not in {"codegen", "python"}
)

ALLOWED = {
    "access": {"access", "private_files", "wal_files"},
    "contract": {"access", "contract"},
    "providers": {"contract", "providers"},
    "assistants": {"contract", "assistants"},
    "runs": {"access", "assistants", "contract", "providers", "runs", "wal_files"},
    "telemetry": {"contract", "providers", "runs", "telemetry"},
    "transport": {
        *("access", "contract", "runs", "transport"),
        *("context", "schema", "health", "readiness", "settings", "telemetry"),
    },
}
"""Package of the backend → what it may import of the backend."""


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def python_files(folder: str) -> list[Path]:
    return [p for p in (ROOT / folder).rglob("*.py") if "node_modules" not in p.parts]


def test_backend_and_frontends_do_not_import_each_other() -> None:
    for folder, other in (("api", "clients"), ("clients", "api")):
        for path in python_files(folder):
            assert [name for name in imports(path) if name.split(".")[0] == other] == [], path


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_a_package_imports_only_what_lies_below_it(package: str) -> None:
    for path in python_files(f"api/{package}"):
        inner = {name.split(".")[1] for name in imports(path) if name.startswith("api.")}
        assert inner <= ALLOWED[package], f"{path}: {inner - ALLOWED[package]}"


@pytest.mark.parametrize("frontend", FRONTENDS)
def test_a_frontend_imports_no_other_frontend(frontend: str) -> None:
    others = {f"clients.{name}" for name in FRONTENDS if name != frontend}
    for path in python_files(f"clients/{frontend}"):
        for name in imports(path):
            assert not any(name == o or name.startswith(f"{o}.") for o in others), f"{path}: {name}"


def test_only_the_composition_root_knows_the_stores_and_providers() -> None:
    concrete = ("api.providers.registry", "api.runs.stores")
    roots = {ROOT / "api" / "app.py", ROOT / "api" / "doctor.py"}
    for path in python_files("api"):
        if path not in roots and path.parent.name != "providers":
            assert [n for n in imports(path) if n.startswith(concrete)] == [], path
