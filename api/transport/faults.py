"""Errors as clients see them: faults of the request explained, faults of the server masked.

code                        whose fault
GRAPHQL_PARSE_FAILED        the document's syntax
GRAPHQL_VALIDATION_FAILED   the document does not fit the schema
DOCUMENT_TOO_COMPLEX        the document is longer or deeper than allowed, or has more aliases
DOCUMENT_NOT_RECORDED       the server answers recorded documents only (`--documents strict`)
PERSISTED_QUERY_NOT_FOUND   no recorded document has this hash
OPERATION_NOT_FOUND         `operationName` is missing, or the document has no such operation
BAD_USER_INPUT              a variable or argument does not fit its type
INTERNAL                    ours: logged with its trace, shown with the request's id only
"""

import re
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from graphql import GraphQLEnumType, GraphQLError, GraphQLSchema

log = structlog.get_logger(__name__)

LONGEST_MESSAGE = 1_000
"""Characters of an explanation: some repeat what was sent, however long it was."""

_SUGGESTION = re.compile(r" Did you mean [^?]*\?")
_ENUM = re.compile(r"(?:does not exist in|Enum) '(\w+)'")


class RefusedOperationError(Exception):
    """The operation cannot begin. `errors` are formatted as GraphQL asks."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors[0]["message"])
        self.errors = errors


def refused(
    errors: Iterable[GraphQLError], code: str, schema: GraphQLSchema | None
) -> RefusedOperationError:
    """The refusal of an operation whose every error is the request's fault.

    Without a schema, the explanations suggest nothing of what it holds.
    """
    return RefusedOperationError([_explained(error, code, schema) for error in errors])


def shown(errors: Sequence[GraphQLError], schema: GraphQLSchema | None) -> list[dict[str, Any]]:
    """What a client sees of errors that happened while an operation ran."""
    return [_shown(error, schema) for error in errors]


def internal(error: BaseException) -> dict[str, Any]:
    """A masked error: the trace goes to the log, the request's id to both."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    request_id = request_id or uuid.uuid4().hex[:16]
    log.error("internal_error", request_id=request_id, exc_info=error)
    return {
        "message": "Internal error",
        "extensions": {"code": "INTERNAL", "requestId": request_id},
    }


def _shown(error: GraphQLError, schema: GraphQLSchema | None) -> dict[str, Any]:
    cause = error.original_error
    if (error.extensions or {}).get("code"):
        return dict(error.formatted)
    if isinstance(cause, GraphQLError) and cause.nodes:
        # Raised by graphql-core for an argument's value; it knows the value's place in the query.
        return _explained(error, "BAD_USER_INPUT", schema)
    masked = internal(cause or error)
    return masked | {"path": error.path} if error.path else masked


def _explained(error: GraphQLError, code: str, schema: GraphQLSchema | None) -> dict[str, Any]:
    formatted: dict[str, Any] = dict(error.formatted)
    message = error.message if schema else _SUGGESTION.sub("", error.message)
    if len(message) > LONGEST_MESSAGE:
        message = f"{message[:LONGEST_MESSAGE]} …"
    formatted["message"] = message + (_allowed_values(error.message, schema) if schema else "")
    formatted["extensions"] = {"code": code} | dict(error.extensions or {})
    return formatted


def _allowed_values(message: str, schema: GraphQLSchema) -> str:
    named = _ENUM.search(message)
    enum = schema.get_type(named[1]) if named else None
    if not isinstance(enum, GraphQLEnumType):
        return ""
    return f" Allowed values: {', '.join(enum.values)}."
