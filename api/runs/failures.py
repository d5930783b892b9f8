"""The one place where provider trouble becomes a problem of the contract."""

from api.contract.problems import (
    ContentRefused,
    ContextExceeded,
    ModelProblem,
    ModelTimedOut,
    ModelUnavailable,
    RateLimited,
)
from api.providers.errors import (
    ContentRefusedError,
    ContextExceededError,
    ModelRateLimitedError,
    ModelTimedOutError,
    ProviderError,
)


def problem_of(error: ProviderError) -> ModelProblem:
    """What clients are told of a provider's failure."""
    reason, retryable = str(error), error.retryable
    if isinstance(error, ModelTimedOutError):
        return ModelTimedOut(reason=reason, retryable=retryable, timeout_seconds=error.seconds)
    if isinstance(error, ModelRateLimitedError):
        return RateLimited(
            reason=reason, retryable=retryable, retry_after_seconds=error.retry_after
        )
    if isinstance(error, ContentRefusedError):
        return ContentRefused(reason=reason, retryable=retryable)
    if isinstance(error, ContextExceededError):
        return ContextExceeded(reason=reason, retryable=retryable)
    return ModelUnavailable(reason=reason, retryable=retryable)
