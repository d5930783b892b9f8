"""Generates packages from texts, and imports what was generated."""

import importlib.util
import sys
import uuid
from pathlib import Path
from types import ModuleType

from clients.codegen.__main__ import generated, write

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "schema.graphql"
OPERATIONS = ROOT / "clients" / "operations"
GOLDEN = Path(__file__).parent / "golden"


def made(folder: Path, schema: str, operations: str) -> dict[str, str]:
    """The files generated from these texts; raises `ContractError`."""
    (folder / "operations").mkdir(exist_ok=True)
    (folder / "schema.graphql").write_text(schema, "utf-8")
    (folder / "operations" / "all.graphql").write_text(operations, "utf-8")
    return generated(folder / "schema.graphql", folder / "operations")


def imported(folder: Path, files: dict[str, str]) -> ModuleType:
    """The package that these files make."""
    name = f"generated_{uuid.uuid4().hex}"
    write(files, folder / name)
    spec = importlib.util.spec_from_file_location(
        name, folder / name / "__init__.py", submodule_search_locations=[str(folder / name)]
    )
    assert spec and spec.loader
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)
    return package
