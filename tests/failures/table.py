"""What becomes of each failure of the model's server: the type of the problem that clients see."""

from tests.failures.doors import INCOMPLETE

REFUSALS = {
    "rate_limited": "RateLimited",
    "quota_exhausted": "ModelUnavailable",
    "server_error": "ModelUnavailable",
    "overloaded": "ModelUnavailable",
    "bad_gateway": "ModelUnavailable",
    "unauthorized": "ModelUnavailable",
    "forbidden": "ModelUnavailable",
    "model_not_found": "ModelUnavailable",
    "model_not_pulled": "ModelUnavailable",
    "wrong_path": "ModelUnavailable",
    "prompt_refused": "ContentRefused",
    "context_exceeded": "ContextExceeded",
    "setting_refused": "ModelUnavailable",
    "redirect": "ModelUnavailable",
    "html": "ModelUnavailable",
    "wrong_content_type": "ModelUnavailable",
    "drop": "ModelUnavailable",
    "endless_error": "ModelUnavailable",
    "headers_hang": "ModelTimedOut",
}
"""Failures in place of a reply."""

BREAKS = {
    "truncated": INCOMPLETE,
    "chunk_cut": INCOMPLETE,
    "connection_reset": INCOMPLETE,
    "mid_line_cut": INCOMPLETE,
    "bad_json": "ModelUnavailable",
    "wrong_shape": "ModelUnavailable",
    "error_event": "ModelUnavailable",
    "giant_chunk": "ModelUnavailable",
    "hang": "ModelTimedOut",
    "drip": "ModelTimedOut",
    "filtered": "ContentRefused",
}
"""Failures within a reply, before the first token or after some."""

WHOLE = (
    "done_without_reason",
    "reason_without_done",
    "reason_then_hang",
    "no_usage",
    "odd_choices",
    "crumbs",
    "hang_up",
)
"""Odd replies that are whole."""


def expected(fault: str) -> str:
    """The problem's type."""
    return REFUSALS.get(fault) or BREAKS[fault]
