"""JSON in and out: strict about what comes in, never at a loss for what goes out."""

import json
from typing import Any, NoReturn

import msgspec

from api.transport.refusals import RefusedRequestError

_encode = msgspec.json.Encoder(enc_hook=str).encode
_decode = msgspec.json.Decoder().decode


def decoded(text: bytes | str, what: str) -> Any:
    """The value of a JSON text that a client sent; `what` names it in the refusal.

    Lone surrogates (`\\ud800`) pass: the contract's rules refuse them with the field's name.
    """
    try:
        return _decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _decoded_with_care(text, what)


def _decoded_with_care(text: bytes | str, what: str) -> Any:
    """The same in Python's own way, which takes more and says where a text goes wrong."""
    try:
        text = text.decode() if isinstance(text, bytes) else text
        return json.loads(text, parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        reason = "it is not UTF-8"
    except RecursionError:
        reason = "it is nested too deeply"
    except ValueError as error:
        reason = str(error)
    raise RefusedRequestError(400, f"{what} is not valid JSON: {reason}.", "BAD_JSON")


def encoded(value: Any) -> bytes:
    """Compact JSON in UTF-8, on one line. What UTF-8 cannot say (lone surrogates) becomes `?`."""
    try:
        return _encode(value)
    except UnicodeEncodeError:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
        return text.encode(errors="replace")


def is_text(value: str) -> bool:
    """False for a string with lone surrogates, which UTF-8 cannot carry."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")
