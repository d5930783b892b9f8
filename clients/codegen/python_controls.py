"""Writes `controls.py`: the controls and limits that the contract's directives tell."""

from typing import Any

from clients.codegen.contract import Contract
from clients.codegen.control_data import controls_of, length_limits_of
from clients.codegen.python_text import INDENT, docstring, header, snake, string
from clients.codegen.selections import Selections

FILE = "controls.py"

_IMPORTS = """\
from .enums import ControlKind
from .models import Control"""


def generate(contract: Contract, selections: Selections) -> str:
    lines = [header("The contract's controls and limits."), _IMPORTS]
    lines += ["", "CONTROLS: tuple[Control, ...] = ("]
    for control in controls_of(contract, selections):
        lines += _literal(control)
    lines += [")", *docstring("What a frontend offers to a person, in drawing order.", 0)]
    lines += ["", "LENGTH_LIMITS: dict[str, int] = {"]
    limits = length_limits_of(contract, selections)
    lines += [f"{INDENT}{string(path)}: {limit}," for path, limit in limits.items()]
    lines += ["}", *docstring("Path in the input → greatest length that the server allows.", 0)]
    return "\n".join(lines) + "\n"


def _literal(control: dict[str, Any]) -> list[str]:
    fields = [f"{INDENT * 2}{snake(n)}={_value(n, value)}," for n, value in control.items()]
    return [f"{INDENT}Control(", *fields, f"{INDENT}),"]


def _value(name: str, value: Any) -> str:
    if name == "kind":
        return f"ControlKind.{value}"
    if isinstance(value, list):
        return f"[{', '.join(string(item) for item in value)}]"
    return string(value) if isinstance(value, str) else repr(value)
