"""Query texts, parsed and validated once; the most recent ones are kept."""

from collections.abc import Sequence
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

from api.transport.faults import refused
from api.transport.selection import Encode

CAPACITY = 256
"""Documents that are kept."""
LONGEST_KEPT = 16_384
"""Characters of the longest text that is kept: a longer one is checked each time that it comes."""
TOKEN_LIMIT = 1_000
"""Tokens of a document: they bound its parsing and validation. Introspection takes 163."""


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document, with what has been compiled of it."""

    node: DocumentNode
    selections: dict[str | None, Encode | None] = field(default_factory=dict)
    """Operation's name → its compiled selection; None where it needs graphql-core."""


class Documents:
    """Looks documents up by their text.

    Only valid ones are kept. The rules are one tuple for the life of the server: a rule made per
    request would never be found again.
    """

    def __init__(self, schema: GraphQLSchema, introspection: bool = True) -> None:
        self._schema = schema
        hidden = () if introspection else (NoSchemaIntrospectionCustomRule,)
        self._rules = (*specified_rules, *hidden)
        self._kept = lru_cache(maxsize=CAPACITY)(self._check)

    def find(self, query: str) -> Document:
        """The document of a text; raises `RefusedOperationError` with everything that is wrong."""
        return self._kept(query) if len(query) <= LONGEST_KEPT else self._check(query)

    def _check(self, query: str) -> Document:
        try:
            document = parse(query, max_lexical_tokens=TOKEN_LIMIT, max_comments=TOKEN_LIMIT)
        except GraphQLSyntaxError as error:
            raise refused([error], "GRAPHQL_PARSE_FAILED", self._schema) from None
        errors = self._validated(document)
        if errors:
            raise refused(errors, "GRAPHQL_VALIDATION_FAILED", self._schema)
        return Document(document)

    def _validated(self, document: DocumentNode) -> Sequence[GraphQLError]:
        try:
            return validate_document(self._schema, document, self._rules)
        except RecursionError:
            return [GraphQLError("The document is nested too deeply.")]
