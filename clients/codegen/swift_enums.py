"""Writes `Enums.swift`: one open enum per GraphQL enum; a value of the future is no error."""

from graphql import GraphQLEnumType

from clients.codegen.contract import Contract
from clients.codegen.selections import Selections
from clients.codegen.swift_text import INDENT, doc, header, string, value_name

FILE = "Enums.swift"


def generate(contract: Contract, selections: Selections) -> str:
    lines = [header("The contract's enums.")]
    for name, kind in sorted(selections.enums.items()):
        lines += [*_enum(name, kind), ""]
    return "\n".join(lines)


def _enum(name: str, kind: GraphQLEnumType) -> list[str]:
    lines = [*doc(kind.description), f"public struct {name}: OpenEnum {{"]
    for value, entry in kind.values.items():
        lines += doc(entry.description, 1)
        lines.append(f"{INDENT}public static let {value_name(value)} = Self({string(value)})")
    known = ", ".join(f".{value_name(value)}" for value in kind.values)
    lines += ["", f"{INDENT}public static let allCases: [Self] = [{known}]"]
    lines += [f"{INDENT}public let rawValue: String"]
    return [*lines, f"{INDENT}public init(rawValue: String) {{ self.rawValue = rawValue }}", "}"]
