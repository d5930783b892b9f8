"""Writes `enums.ts`: one union of texts per GraphQL enum, open for values of the future."""

from clients.codegen.contract import Contract
from clients.codegen.selections import Selections
from clients.codegen.typescript_text import INDENT, header, string, tsdoc

FILE = "enums.ts"

_FUTURE = """\
/** A value that is newer than this client. */
export type Future = string & {};"""


def generate(contract: Contract, selections: Selections) -> str:
    lines = [header("The contract's enums."), _FUTURE]
    for name, kind in sorted(selections.enums.items()):
        lines += ["", *tsdoc(kind.description), f"export type {name} ="]
        for value, entry in kind.values.items():
            lines += [*tsdoc(entry.description, 1), f"{INDENT}| {string(value)}"]
        lines += [f"{INDENT}| Future;"]
    return "\n".join(lines) + "\n"
