"""Writes `__init__.py`: every generated name in one place."""

from clients.codegen import python_models
from clients.codegen.contract import Contract
from clients.codegen.python_text import INDENT, header
from clients.codegen.selections import Selections

FILE = "__init__.py"


def generate(contract: Contract, selections: Selections) -> str:
    modules = {
        "controls": ["CONTROLS", "LENGTH_LIMITS"],
        "enums": sorted(selections.enums),
        "inputs": sorted(selections.inputs),
        "models": python_models.names(contract, selections),
    }
    lines = [header("Types, documents and controls of the contract.")]
    lines += ["from . import operations as operations"]
    for module, names in modules.items():
        lines += [f"from .{module} import (", *(f"{INDENT}{n} as {n}," for n in names), ")"]
    return "\n".join(lines) + "\n"
