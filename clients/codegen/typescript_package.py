"""Writes `index.ts`: every generated name in one place."""

from clients.codegen.contract import Contract
from clients.codegen.selections import Selections
from clients.codegen.typescript_text import header

FILE = "index.ts"


def generate(contract: Contract, selections: Selections) -> str:
    lines = [header("Types, documents and controls of the contract.")]
    lines += ['export * from "./controls.ts";']
    lines += [f'export type * from "./{module}.ts";' for module in ("enums", "inputs", "models")]
    lines += ['export * as operations from "./operations.ts";']
    return "\n".join(lines) + "\n"
