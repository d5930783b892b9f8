"""The WebSocket messages that a client may send, checked before anything acts on them.

https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md
"""

from typing import Any

from api.transport.json_text import decoded, is_text
from api.transport.operation import from_object, kind
from api.transport.refusals import RefusedRequestError

ID_LIMIT = 128
"""Characters of an operation's id; each frame about the operation repeats it."""

_TYPES = ("connection_init", "ping", "pong", "subscribe", "complete")


def message(text: str) -> dict[str, Any]:
    """The message of a text frame; the refusal that it may raise is a close reason."""
    value = decoded(text, "The message")
    if not isinstance(value, dict):
        raise RefusedRequestError(400, f"A message must be a JSON object; it is {kind(value)}.")
    if value.get("type") not in _TYPES:
        raise RefusedRequestError(400, f"`type` must be one of {', '.join(_TYPES)}.")
    if value["type"] in ("subscribe", "complete"):
        _check_id(value.get("id"))
    if value["type"] == "subscribe":
        from_object(value.get("payload"), "`payload`")
    elif not isinstance(value.setdefault("payload", {}), dict | None):
        raise RefusedRequestError(400, f"`payload` is {kind(value['payload'])}; use an object.")
    value["payload"] = value.get("payload") or {}
    return value


def _check_id(operation_id: object) -> None:
    if not isinstance(operation_id, str) or not operation_id:
        raise RefusedRequestError(400, f"`id` must be a string; it is {kind(operation_id)}.")
    if len(operation_id) > ID_LIMIT or not is_text(operation_id):
        raise RefusedRequestError(400, f"`id` must be text of at most {ID_LIMIT} characters.")
