"""Writes `controls.ts`: the controls and limits that the contract's directives tell."""

import json
from typing import Any

from clients.codegen.contract import Contract
from clients.codegen.control_data import controls_of, length_limits_of
from clients.codegen.selections import Selections
from clients.codegen.typescript_text import INDENT, header, string, tsdoc

FILE = "controls.ts"


def generate(contract: Contract, selections: Selections) -> str:
    lines = [header("The contract's controls and limits.")]
    lines += ['import type { Control } from "./models.ts";', ""]
    lines += tsdoc("What a frontend offers to a person, in drawing order.")
    lines += ["export const CONTROLS: readonly Control[] = ["]
    for control in controls_of(contract, selections):
        lines += [f"{INDENT}{{"]
        lines += [f"{INDENT * 2}{name}: {_value(value)}," for name, value in control.items()]
        lines += [f"{INDENT}}},"]
    lines += ["];", "", *tsdoc("Path in the input → greatest length that the server allows.")]
    lines += ["export const LENGTH_LIMITS: Readonly<Record<string, number>> = {"]
    limits = length_limits_of(contract, selections)
    lines += [f"{INDENT}{string(path)}: {limit}," for path, limit in limits.items()]
    return "\n".join([*lines, "};"]) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False)
