"""Writes `Unions.swift`: one enum per union or interface, told apart by `__typename`.

Each has the fields that the documents select through interfaces as properties; a member that the
client doesn't know is `unknown`.
"""

from collections.abc import Callable, Iterator

from graphql import GraphQLAbstractType, GraphQLInterfaceType, is_abstract_type

from clients.codegen.contract import Contract
from clients.codegen.selections import Selections, members_of
from clients.codegen.swift_text import INDENT, VALUE, doc, header, hint, lower, member, string

FILE = "Unions.swift"


def generate(contract: Contract, selections: Selections) -> str:
    lines = [header("The contract's unions.")]
    for name in sorted(selections.abstracts):
        kind = contract.schema.get_type(name)
        assert is_abstract_type(kind)
        lines += [*_Union(contract, selections, kind).lines(), ""]
    return "\n".join(lines)


class _Union:
    def __init__(
        self, contract: Contract, selections: Selections, kind: GraphQLAbstractType
    ) -> None:
        self._contract = contract
        self._selections = selections
        self._kind = kind
        self._fields = selections.abstracts[kind.name]
        self._members = members_of(contract, selections, kind)

    def lines(self) -> Iterator[str]:
        name = self._kind.name
        yield from [*doc(self._kind.description), f"public enum {name}: {VALUE} {{"]
        yield from (f"{INDENT}case {lower(m)}({m})" for m in self._members)
        yield from doc("A member that is newer than this client.", 1)
        yield f"{INDENT}case unknown(Unknown{name})"
        yield from self._typename()
        for field_name in self._fields:
            yield from self._shared(field_name)
        for interface in self._interfaces():
            yield from self._seen_as(interface)
        yield from self._decoding()
        yield from self._encoding()
        yield "}"

    def _typename(self) -> list[str]:
        told = "The member's name in the contract."
        return self._property(
            "typename", "String", told, string, bound=False, unknown="member.typename"
        )

    def _shared(self, name: str) -> list[str]:
        """A field that is selected whatever the member is; nil where the member has it not."""
        having = {m for m in self._members if name in self._selections.objects[m]}
        swift_type = hint(self._fields[name]).removesuffix("?") + "?"
        return self._property(
            name,
            swift_type,
            self._description(name),
            lambda m: f"member.{member(name)}" if m in having else "nil",
            unknown=f"member.{member(name)}",
        )

    def _seen_as(self, interface: GraphQLInterfaceType) -> list[str]:
        """The member as one of the interface's; nil where it is none."""
        fields = self._selections.abstracts[interface.name]
        known = members_of(self._contract, self._selections, interface)
        told = ", ".join(f"{member(f)}: member.{member(f)}" for f in ("typename", *fields))
        return self._property(
            lower(interface.name),
            f"{interface.name}?",
            interface.description,
            lambda m: f".{lower(m)}(member)" if m in known else "nil",
            unknown=f".unknown(Unknown{interface.name}({told}))",
        )

    def _interfaces(self) -> list[GraphQLInterfaceType]:
        """Interfaces with an enum of their own that some members, and unknown ones, fit."""
        found = {
            interface.name: interface
            for name in self._members
            for interface in getattr(self._contract.schema.get_type(name), "interfaces", ())
            if interface is not self._kind and interface.name in self._selections.abstracts
        }
        fitting = (found[name] for name in sorted(found))
        return [i for i in fitting if set(self._selections.abstracts[i.name]) <= set(self._fields)]

    def _property(
        self,
        name: str,
        swift_type: str,
        description: str | None,
        value: Callable[[str], str],
        *,
        unknown: str,
        bound: bool = True,
    ) -> list[str]:
        lines = ["", *doc(description, 1), f"{INDENT}public var {member(name)}: {swift_type} {{"]
        lines += [f"{INDENT * 2}switch self {{"]
        for each in self._members:
            told = value(each)
            binding = "(let member)" if "member" in told and bound else ""
            lines += [f"{INDENT * 2}case .{lower(each)}{binding}: {told}"]
        lines += [f"{INDENT * 2}case .unknown(let member): {unknown}"]
        return [*lines, f"{INDENT * 2}}}", f"{INDENT}}}"]

    def _description(self, name: str) -> str | None:
        for each in self._members:
            kind = self._contract.schema.get_type(each)
            if name in getattr(kind, "fields", {}):
                told: str | None = kind.fields[name].description  # type: ignore[union-attr]
                return told
        return None

    def _decoding(self) -> list[str]:
        lines = ["", f"{INDENT}public init(from decoder: any Decoder) throws {{"]
        lines += [f"{INDENT * 2}switch try Typename(from: decoder).name {{"]
        for each in self._members:
            lines += [f"{INDENT * 2}case {string(each)}:"]
            lines += [f"{INDENT * 3}self = .{lower(each)}(try {each}(from: decoder))"]
        unknown = f"self = .unknown(try Unknown{self._kind.name}(from: decoder))"
        lines += [f"{INDENT * 2}default:", f"{INDENT * 3}{unknown}"]
        return [*lines, f"{INDENT * 2}}}", f"{INDENT}}}"]

    def _encoding(self) -> list[str]:
        lines = ["", f"{INDENT}public func encode(to encoder: any Encoder) throws {{"]
        lines += [f"{INDENT * 2}try Typename(name: typename).encode(to: encoder)"]
        lines += [f"{INDENT * 2}switch self {{"]
        for each in (*map(lower, self._members), "unknown"):
            lines += [f"{INDENT * 2}case .{each}(let member): try member.encode(to: encoder)"]
        return [*lines, f"{INDENT * 2}}}", f"{INDENT}}}"]
