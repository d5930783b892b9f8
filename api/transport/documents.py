"""Query texts, parsed and validated once; recorded ones are kept, and the most recent others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    parse,
    specified_rules,
)
from strawberry.schema.schema import validate_document

from api.transport.faults import RefusedOperationError, refused
from api.transport.known_operation import KnownOperation
from api.transport.limits import DEFAULT_LIMITS, Limits
from api.transport.operation import Operation
from api.transport.recorded import hash_of
from api.transport.shape import Shape

CAPACITY = 256
"""Documents that are kept."""
LONGEST_KEPT = 16_384
"""Characters of the longest text that is kept: a longer one is checked each time that it comes."""
LONGEST = 65_536
"""Characters of the longest text that is looked at: one token may be as long as all of it."""
NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
"""The code by which Apollo's and urql's clients know to send the text."""
TOO_COMPLEX = "DOCUMENT_TOO_COMPLEX"


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document, with what has been compiled of it."""

    node: DocumentNode
    operations: dict[str | None, KnownOperation] = field(default_factory=dict)
    """By name, those that have run."""


class Documents:
    """Looks documents up by their text, or recorded ones by their hash.

    Only valid ones are kept, and the recorded ones whatever else arrives; `strict` answers no
    others. The rules are one tuple for the life of the server: a rule made per request would
    never be found again.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        introspection: bool = True,
        limits: Limits = DEFAULT_LIMITS,
        recorded: Mapping[str, str] | None = None,
        strict: bool = False,
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._strict = strict
        self._told = schema if introspection else None
        hidden = () if introspection else (NoSchemaIntrospectionCustomRule,)
        self._rules = (*specified_rules, *hidden)
        self._recorded = recorded or {}
        self._texts = frozenset(self._recorded.values())
        self._pinned: dict[str, Document] = {}
        self._kept = lru_cache(maxsize=CAPACITY)(self._check)

    def asked(self, operation: Operation) -> Document:
        """The document of a request; raises `RefusedOperationError` with all that is wrong."""
        if operation.query:
            return self.find(operation.query)
        text = self._recorded.get(operation.document_id)
        if text is None:
            raise self._refused("No document is recorded under this hash.", NOT_FOUND)
        return self.find(text)

    def find(self, query: str) -> Document:
        """The document of a text; raises `RefusedOperationError` with all that is wrong."""
        if (pinned := self._pinned.get(query)) is not None:
            return pinned
        if query in self._texts:
            return self._pinned.setdefault(query, self._check(query))
        if self._strict:
            raise self._refused(
                f"This server answers recorded documents only; {hash_of(query)} is none.",
                "DOCUMENT_NOT_RECORDED",
            )
        return self._kept(query) if len(query) <= LONGEST_KEPT else self._check(query)

    def _check(self, query: str) -> Document:
        if len(query) > LONGEST:
            message = f"The document has {len(query)} characters; {LONGEST} are allowed."
            raise self._refused(message, TOO_COMPLEX)
        tokens = self._limits.query_tokens
        try:
            document = parse(query, max_lexical_tokens=tokens, max_comments=tokens)
        except GraphQLSyntaxError as error:
            raise refused([error], "GRAPHQL_PARSE_FAILED", self._told) from None
        if faults := [*Shape(document).faults(self._limits)]:
            raise refused(faults, TOO_COMPLEX, self._told)
        errors = self._validated(document)
        if errors:
            raise refused(errors, "GRAPHQL_VALIDATION_FAILED", self._told)
        return Document(document)

    def _validated(self, document: DocumentNode) -> Sequence[GraphQLError]:
        try:
            return validate_document(self._schema, document, self._rules)
        except RecursionError:
            return [GraphQLError("The document is nested too deeply.")]

    def _refused(self, message: str, code: str) -> RefusedOperationError:
        return refused([GraphQLError(message)], code, self._schema)
