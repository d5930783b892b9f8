"""Writes `Controls.swift`: the controls and limits that the contract's directives tell."""

from typing import Any

from graphql import GraphQLEnumType, get_named_type

from clients.codegen.contract import Contract
from clients.codegen.control_data import controls_of, length_limits_of
from clients.codegen.selections import Selections
from clients.codegen.swift_text import INDENT, doc, header, member, string, value_name

FILE = "Controls.swift"


def generate(contract: Contract, selections: Selections) -> str:
    lines = [header("The contract's controls and limits.")]
    lines += ["/// What the contract's directives tell.", "public enum Contract {"]
    lines += doc("What a frontend offers to a person, in drawing order.", 1)
    lines += [f"{INDENT}public static let controls: [Control] = ["]
    for control in controls_of(contract, selections):
        lines += _control(selections, control)
    lines += [f"{INDENT}]", "", *doc("Path in the input → greatest length that is allowed.", 1)]
    lines += [f"{INDENT}public static let lengthLimits: [String: Int] = ["]
    limits = length_limits_of(contract, selections)
    lines += [f"{INDENT * 2}{string(path)}: {limit}," for path, limit in limits.items()]
    return "\n".join([*lines, *([] if limits else [f"{INDENT * 2}:"]), f"{INDENT}]", "}"]) + "\n"


def _control(selections: Selections, control: dict[str, Any]) -> list[str]:
    told = [
        f"{INDENT * 3}{member(name)}: {_value(selections, name, value)}"
        for name, value in control.items()
    ]
    lines = [f"{line}," for line in told[:-1]] + told[-1:]
    return [f"{INDENT * 2}Control(", *lines, f"{INDENT * 2}),"]


def _value(selections: Selections, name: str, value: Any) -> str:
    if isinstance(get_named_type(selections.objects["Control"][name]), GraphQLEnumType):
        return f".{value_name(value)}"
    if isinstance(value, list):
        return f"[{', '.join(string(each) for each in value)}]"
    if value is None or isinstance(value, bool):
        return {None: "nil", True: "true", False: "false"}[value]
    return string(value) if isinstance(value, str) else repr(value)
