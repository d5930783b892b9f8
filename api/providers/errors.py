"""What can go wrong between Parley and a model, as one exception family.

    ProviderError
    ├── ModelUnavailableError     refused, unreachable, 5xx, an answer that is no answer
    ├── ModelTimedOutError        a connect, idle or total deadline passed
    ├── ModelRateLimitedError     429; carries `retry_after` in seconds where the server said so
    ├── ModelNotFoundError        the server does not know the model
    ├── ModelMisconfiguredError   401, 403: the key or the address is wrong; waiting does not help
    ├── ContextExceededError      the conversation is longer than the model's context
    ├── ContentRefusedError       a content filter refused the prompt or stopped the reply
    └── ReplyTruncatedError       the stream ended with neither finish reason nor end marker

`api/runs/failures.py` is the one place that translates the family into the contract's problems.
The text of an error is shown to users: it never holds a key, a path or a message's content.
"""


class ProviderError(Exception):
    """A model did not answer as asked. `str()` is a sentence for the person who waits."""

    retryable = False


class ModelUnavailableError(ProviderError):
    retryable = True


class ModelTimedOutError(ProviderError):
    """`seconds` is the deadline that passed."""

    retryable = True

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


class ModelRateLimitedError(ProviderError):
    """`retry_after` is in seconds; None where the server gave no figure."""

    retryable = True

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class ModelNotFoundError(ProviderError):
    pass


class ModelMisconfiguredError(ProviderError):
    pass


class ContextExceededError(ProviderError):
    pass


class ContentRefusedError(ProviderError):
    pass


class ReplyTruncatedError(ProviderError):
    """The upstream stream was cut: what came so far is not the whole reply."""

    retryable = True
