"""Generates the consumers, or checks that the committed ones are fresh."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from clients.codegen import (
    python_controls,
    python_enums,
    python_inputs,
    python_models,
    python_operations,
    python_package,
)
from clients.codegen.contract import ContractError, read_contract
from clients.codegen.selections import selections_of

ROOT = Path(__file__).parents[2]

PYTHON = (
    python_package,
    python_enums,
    python_inputs,
    python_models,
    python_operations,
    python_controls,
)
"""One generator per file of the Python package."""


def generated(schema: Path, operations: Path) -> dict[str, str]:
    """File name → content of the Python package; raises `ContractError`."""
    contract = read_contract(schema, operations)
    selections = selections_of(contract)
    return {generator.FILE: generator.generate(contract, selections) for generator in PYTHON}


def stale(files: dict[str, str], folder: Path) -> list[str]:
    """Names of files that differ from what would be generated, are missing, or are left over."""
    there = {path.name: path.read_text("utf-8") for path in folder.glob("*.py")}
    return sorted(
        name for name in files.keys() | there.keys() if files.get(name) != there.get(name)
    )


def write(files: dict[str, str], folder: Path) -> None:
    """Make the folder hold these files and no other module."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.py"):
        if path.name not in files:
            path.unlink()
    for name, content in files.items():
        (folder / name).write_text(content, "utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 done or fresh, 1 stale, 2 where the documents don't fit the schema."""
    options = _options(arguments)
    try:
        files = generated(options.schema, options.operations)
    except ContractError as error:
        print(error, file=sys.stderr)
        return 2
    if not options.check:
        write(files, options.out)
        return 0
    outdated = stale(files, options.out)
    for name in outdated:
        print(f"{options.out / name} is stale; run `make generate`", file=sys.stderr)
    return 1 if outdated else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m clients.codegen", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if files are stale")
    parser.add_argument("--schema", type=Path, default=ROOT / "schema.graphql")
    parser.add_argument("--operations", type=Path, default=ROOT / "clients" / "operations")
    parser.add_argument("--out", type=Path, default=ROOT / "clients" / "python" / "_generated")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
