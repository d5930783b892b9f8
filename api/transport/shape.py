"""The shape of a document, measured in one walk before anything costly looks at it.

Validation compares every two fields of one name (graphql-core's OverlappingFieldsCanBeMerged), so
that a short document can keep it busy for long; depth and aliases multiply what execution costs.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from api.transport.limits import Limits

MOST_PAIRS = 5_000
"""Pairs of fields with one response name. The frontends' documents have fewer than 100."""


@dataclass(slots=True)
class _Part:
    """One operation or fragment."""

    depth: int = 0
    spreads: list[tuple[str, int]] = field(default_factory=list)
    """Fragments with the depth at which they are spread."""


class Shape:
    """How deep a document is, how many aliases it has, and how many pairs of equal names."""

    def __init__(self, document: DocumentNode) -> None:
        self.aliases = 0
        self._names: Counter[str] = Counter()
        operations, self._fragments = [], dict[str, _Part]()
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                operations.append(self._measured(node.selection_set))
            elif isinstance(node, FragmentDefinitionNode):
                self._fragments[node.name.value] = self._measured(node.selection_set)
        self.pairs = sum(count * (count - 1) // 2 for count in self._names.values())
        depths: dict[str, int] = {}
        self.depth = max((self._depth(part, depths) for part in operations), default=0)

    def faults(self, limits: Limits) -> Iterator[GraphQLError]:
        """What is beyond the limits."""
        for what, actual, most in (
            ("levels of fields", self.depth, limits.query_depth),
            ("aliases", self.aliases, limits.query_aliases),
            ("pairs of fields of one name", self.pairs, MOST_PAIRS),
        ):
            if actual > most:
                yield GraphQLError(f"The document has {actual} {what}; {most} are allowed.")

    def _measured(self, selections: SelectionSetNode) -> _Part:
        part, rest = _Part(), [(selections, 0)]
        while rest:
            below, depth = rest.pop()
            for node in below.selections:
                if isinstance(node, FragmentSpreadNode):
                    part.spreads.append((node.name.value, depth))
                elif isinstance(node, InlineFragmentNode):
                    rest.append((node.selection_set, depth))
                elif isinstance(node, FieldNode):
                    self._count(node)
                    deeper = depth + (not node.name.value.startswith("__"))
                    part.depth = max(part.depth, deeper)
                    if node.selection_set and deeper > depth:
                        rest.append((node.selection_set, deeper))
        return part

    def _count(self, node: FieldNode) -> None:
        self.aliases += node.alias is not None
        self._names[(node.alias or node.name).value] += 1

    def _depth(self, part: _Part, known: dict[str, int]) -> int:
        """The depth with that of the fragments; cycles end, validation refuses them."""
        deepest = part.depth
        for name, at in part.spreads:
            if name not in known:
                known[name] = 0
                known[name] = self._depth(self._fragments.get(name, _Part()), known)
            deepest = max(deepest, at + known[name])
        return deepest
