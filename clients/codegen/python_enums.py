"""Writes `enums.py`: one open enum per GraphQL enum, so that a value of the future is no error."""

from clients.codegen.contract import Contract
from clients.codegen.python_text import INDENT, class_head, docstring, header, string
from clients.codegen.selections import Selections

FILE = "enums.py"


def generate(contract: Contract, selections: Selections) -> str:
    lines = [header("The contract's enums."), "from clients.python.wire import OpenEnum"]
    for name, kind in sorted(selections.enums.items()):
        lines += ["", "", *class_head("", name, "OpenEnum", kind.description)]
        for value, entry in kind.values.items():
            lines.append(f"{INDENT}{value} = {string(value)}")
            lines += docstring(entry.description)
    return "\n".join(lines) + "\n"
