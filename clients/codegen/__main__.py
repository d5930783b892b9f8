"""Generates the consumers, or checks that the committed ones are fresh."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from clients.codegen import (
    python_controls,
    python_enums,
    python_inputs,
    python_models,
    python_operations,
    python_package,
    recorded_documents,
    swift_controls,
    swift_enums,
    swift_inputs,
    swift_models,
    swift_operations,
    swift_unions,
    typescript_controls,
    typescript_enums,
    typescript_inputs,
    typescript_models,
    typescript_operations,
    typescript_package,
)
from clients.codegen.contract import ContractError, read_contract
from clients.codegen.selections import selections_of

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Package:
    """One generated package: a folder below `clients`, and one generator per file of it."""

    folder: str
    generators: tuple[ModuleType, ...]


PYTHON = Package(
    "python/_generated",
    (
        python_package,
        python_enums,
        python_inputs,
        python_models,
        python_operations,
        python_controls,
    ),
)
TYPESCRIPT = Package(
    "typescript/_generated",
    (
        typescript_package,
        typescript_enums,
        typescript_inputs,
        typescript_models,
        typescript_operations,
        typescript_controls,
    ),
)
SWIFT = Package(
    "swift/Sources/Parley/_Generated",
    (
        swift_enums,
        swift_inputs,
        swift_models,
        swift_unions,
        swift_operations,
        swift_controls,
    ),
)
DOCUMENTS = Package("operations/_generated", (recorded_documents,))
PACKAGES = (PYTHON, TYPESCRIPT, SWIFT, DOCUMENTS)


def generated(schema: Path, operations: Path, package: Package = PYTHON) -> dict[str, str]:
    """File name → content of the package; raises `ContractError`."""
    contract = read_contract(schema, operations)
    selections = selections_of(contract)
    return {each.FILE: each.generate(contract, selections) for each in package.generators}


def stale(files: dict[str, str], folder: Path) -> list[str]:
    """Names of files that differ from what would be generated, are missing, or are left over."""
    there = {path.name: path.read_text("utf-8") for path in _modules(folder, files)}
    return sorted(
        name for name in files.keys() | there.keys() if files.get(name) != there.get(name)
    )


def write(files: dict[str, str], folder: Path) -> None:
    """Make the folder hold these files and no other module."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in _modules(folder, files):
        if path.name not in files:
            path.unlink()
    for name, content in files.items():
        (folder / name).write_text(content, "utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 done or fresh, 1 stale, 2 where the documents don't fit the schema."""
    options = _options(arguments)
    try:
        made = {
            options.out / package.folder: generated(options.schema, options.operations, package)
            for package in PACKAGES
        }
    except ContractError as error:
        print(error, file=sys.stderr)
        return 2
    if options.check:
        return _check(made)
    for folder, files in made.items():
        write(files, folder)
    return 0


def _check(made: dict[Path, dict[str, str]]) -> int:
    outdated = [folder / name for folder, files in made.items() for name in stale(files, folder)]
    for path in outdated:
        print(f"{path} is stale; run `make generate`", file=sys.stderr)
    return 1 if outdated else 0


def _modules(folder: Path, files: dict[str, str]) -> list[Path]:
    """What the folder has of the kinds of files that belong to the package."""
    kinds = {Path(name).suffix for name in files}
    return [path for path in folder.iterdir() if path.suffix in kinds] if folder.is_dir() else []


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m clients.codegen", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if files are stale")
    parser.add_argument("--schema", type=Path, default=ROOT / "schema.graphql")
    parser.add_argument("--operations", type=Path, default=ROOT / "clients" / "operations")
    parser.add_argument("--out", type=Path, default=ROOT / "clients", help="the packages' parent")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
