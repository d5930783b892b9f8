"""From what an OpenAI-compatible server or the network says to this house's errors.

Nothing that a server wrote goes into a text: it may hold the key, a path or the message.
"""

import math
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from api.providers.errors import (
    ContentRefusedError,
    ContextExceededError,
    ModelMisconfiguredError,
    ModelNotFoundError,
    ModelRateLimitedError,
    ModelTimedOutError,
    ModelUnavailableError,
    ProviderError,
)

_FILTERED = {"content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation"}
_TOO_LONG = {"context_length_exceeded", "exceed_context_size_error"}
_LIMITED = {"rate_limit_exceeded", "rate_limit_error"}
_UNPAID = {"insufficient_quota", "billing_not_active", "billing_hard_limit_reached"}


def refusal(status: int, headers: Mapping[str, str], content: bytes) -> ProviderError:
    """The error of an HTTP answer that isn't a 2xx; `headers` ignore case."""
    error = _error_object(content)
    known = _named(error, status)
    if isinstance(known, ModelRateLimitedError) or (known is None and status == 429):
        reason = "Too many requests for the model's server. Wait a moment and try again."
        return ModelRateLimitedError(reason, retry_after(headers))
    return known or _by_status(status, error)


def refusal_of(error: Any) -> ProviderError:
    """The error of an error object inside a stream."""
    return _named(error if isinstance(error, Mapping) else {}) or ModelUnavailableError(
        "The model's server reported a failure in the middle of the reply."
    )


def _named(error: Mapping[str, Any], status: int = 0) -> ProviderError | None:
    """The error that the object's code or type names, where it names one."""
    inner = error.get("innererror")
    inner = inner if isinstance(inner, Mapping) else {}
    names = {str(name) for name in (error.get("code"), error.get("type"), inner.get("code"))}
    if names & _FILTERED:
        return ContentRefusedError("The model's content filter refused the request.")
    if names & _TOO_LONG:
        return _context_exceeded(error)
    if names & _UNPAID:
        return ModelMisconfiguredError("The account at the model's server is out of quota.")
    if "model_not_found" in names or (status == 404 and "model" in _message(error)):
        return ModelNotFoundError("The model's server doesn't know this model.")
    if names & _LIMITED:
        return ModelRateLimitedError("Too many requests for the model's server.")
    return None


def _context_exceeded(error: Mapping[str, Any]) -> ContextExceededError:
    actual, limit = error.get("n_prompt_tokens"), error.get("n_ctx")
    told = isinstance(actual, int) and isinstance(limit, int)
    figures = f" ({actual} tokens, it takes {limit})" if told else ""
    return ContextExceededError(
        f"The conversation is too long for this model{figures}. Clear it or ask a shorter question."
    )


def _by_status(status: int, error: Mapping[str, Any]) -> ProviderError:
    if status in (401, 403):
        return ModelMisconfiguredError("The model's server doesn't accept the API key.")
    if status in (404, 405) or 300 <= status < 400:
        return ModelMisconfiguredError(
            f"The address of the model's server is wrong (it answered {status}). "
            "Check OPENAI_BASE_URL; it usually ends in /v1."
        )
    if status >= 500 or status in (408, 409, 425):
        return ModelUnavailableError(f"The model's server is in trouble (it answered {status}).")
    param = str(error.get("param"))
    what = f"the setting `{param}`" if re.fullmatch(r"[a-z_]{1,40}", param) else "the request"
    return ModelMisconfiguredError(f"The model's server refused {what} (it answered {status}).")


def _error_object(content: bytes) -> Mapping[str, Any]:
    try:
        body = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    if isinstance(body, Mapping):
        body = body.get("error", body)
    return body if isinstance(body, Mapping) else {"message": body}


def _message(error: Mapping[str, Any]) -> str:
    return str(error.get("message", "")).lower()


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of `Retry-After` (RFC 9110, section 10.2.3), from a number or a date."""
    told = headers.get("retry-after", "").strip()
    try:
        seconds = float(told)
    except ValueError:
        try:
            at = parsedate_to_datetime(told)
        except (ValueError, OverflowError):
            return None
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        seconds = (at - datetime.now(UTC)).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def unreachable(error: BaseException, connect_seconds: float) -> ProviderError:
    """The error of a call that the network ended before there was an answer."""
    causes = list(_causes(error))
    if any(isinstance(cause, TimeoutError) for cause in causes):
        reason = f"The model's server could not be reached within {connect_seconds:g} seconds."
        return ModelTimedOutError(reason, connect_seconds)
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return ModelUnavailableError("There is no secure connection to the model's server.")
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return ModelUnavailableError("The name of the model's server cannot be resolved.")
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return ModelUnavailableError("Nothing answers at the address of the model's server.")
    return ModelUnavailableError("The connection to the model's server broke.")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
