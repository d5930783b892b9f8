"""The GraphQL operation that a request asks for, checked field by field.

https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from api.transport.json_text import decoded
from api.transport.recorded import asked_hash
from api.transport.refusals import RefusedRequestError

_KINDS: dict[type, str] = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    type(None): "null",
}


@dataclass(frozen=True, slots=True)
class Operation:
    query: str
    """The document; empty where `document_id` names a recorded one."""
    variables: dict[str, Any] | None = None
    name: str | None = None
    document_id: str = ""
    """SHA-256 of a recorded document."""


def from_body(body: bytes) -> Operation:
    """The operation of a POST body; raises `RefusedRequestError`."""
    return from_object(decoded(body, "The request body"), "The request body")


def from_query_string(query_string: bytes) -> Operation:
    """The operation of a GET address, whose `variables` and `extensions` are JSON texts."""
    try:
        pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise RefusedRequestError(400, "The address holds text that is not UTF-8.") from None
    fields: dict[str, Any] = dict(pairs)
    for name in ("variables", "extensions"):
        if text := fields.pop(name, None):
            fields[name] = decoded(text, f"`{name}`")
    return from_object(fields, "The address")


def from_object(value: Any, what: str) -> Operation:
    """The operation that a decoded JSON value describes; `what` names it in the refusal."""
    if isinstance(value, list):
        _refuse(f"{what} must be a JSON object; it is an array, and batches are not supported.")
    if not isinstance(value, dict):
        _refuse(f"{what} must be a JSON object; it is {kind(value)}.")
    _optional(value, "extensions", dict)
    query, document_id = _document(value)
    name = _optional(value, "operationName", str)
    return Operation(query, _optional(value, "variables", dict), name or None, document_id)


def _document(value: dict[str, Any]) -> tuple[str, str]:
    """The text, or the hash of a recorded one."""
    query = value.get("query")
    if query is not None and not isinstance(query, str):
        _refuse(f"`query` must be a string; it is {kind(query)}.")
    asked = asked_hash(value)
    if asked is not None and not isinstance(asked, str):
        _refuse(f"The hash of a recorded document must be a string; it is {kind(asked)}.")
    if not query and not asked:
        _refuse("`query` is missing: it holds the GraphQL document as a string.")
    return query or "", (asked or "").removeprefix("sha256:")


def kind(value: object) -> str:
    """What a decoded JSON value is, for a sentence."""
    return _KINDS.get(type(value), "something else")


def _optional(fields: Mapping[str, Any], name: str, expected: type) -> Any:
    value = fields.get(name)
    if value is not None and not isinstance(value, expected):
        _refuse(f"`{name}` must be {_KINDS[expected]} or null; it is {kind(value)}.")
    return value


def _refuse(message: str) -> NoReturn:
    raise RefusedRequestError(400, message)
