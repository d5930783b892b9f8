"""The provider protocol: what every source of model replies looks like to a run."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import msgspec

from api.contract.usage import FinishReason, TokenUsage


@dataclass(frozen=True, slots=True)
class AnsweringModel:
    """Another model than the one that was asked answers; said before the first text."""

    name: str


Part = str | TokenUsage | FinishReason | AnsweringModel
"""One part of a reply stream: a piece of text, the usage so far, why the reply ended, or who
answers."""


class Turn(msgspec.Struct, frozen=True):
    """One message as models take it; unlike the contract's roles it may be the system's.

    A struct, because there is one for each message of each history.
    """

    role: Literal["system", "user", "assistant"]
    content: str


class Answer(Protocol):
    """What a model's server has told of a reply so far; None where it hasn't."""

    model: str | None
    usage: TokenUsage | None
    finish_reason: FinishReason | None


class CallWatch(Protocol):
    """Hears of calls to a model's server: at the start and the end of each, never for a token."""

    def upstream(
        self, model: str, server: tuple[str, int], answer: Answer
    ) -> AbstractContextManager[None]:
        """Entered and left with one call to the server at an address and port.

        What `answer` tells when the call ends is the call's outcome, as is a `ProviderError`.
        """
        ...


class Unwatched:
    """Nobody hears."""

    def upstream(
        self, model: str, server: tuple[str, int], answer: Answer
    ) -> AbstractContextManager[None]:
        return nullcontext()


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One reply asked of one model.

    `settings` holds what the caller set, by the snake-case name of the contract's field
    (`temperature`, `max_tokens` …), absent where not set. A setting that is added to the
    contract arrives here, and in an OpenAI-compatible body, without further code.
    """

    model: str
    turns: Sequence[Turn]
    settings: Mapping[str, Any] = field(default_factory=dict)
    fallbacks: Sequence[str] = ()
    """Models to ask, in order, where `model` doesn't begin a reply."""
    watch: CallWatch = field(default=Unwatched(), compare=False, repr=False)
    """To be told of each call that the request causes."""
    hear: Callable[[str], None] | None = field(default=None, compare=False, repr=False)
    """Takes the text after the first piece from a provider that has a quicker way than yielding."""


class Provider(Protocol):
    """A source of replies. Closing the generator closes the upstream connection at once.

    `stream` yields text pieces, usage where the upstream reports it, and a finish reason last
    of its kind. Once the first piece was taken, the next may go to the request's `hear` instead.
    A stream that ends without a finish reason was cut; providers raise `ReplyTruncatedError` for
    it. Every failure is a `ProviderError` (see `errors`).
    """

    name: str
    """Short name, e.g. `openai`; the price list and the logs use it."""

    default_model: str
    """The model that answers where neither the request nor the assistant names one."""

    def stream(self, request: ModelRequest) -> AsyncGenerator[Part, None]: ...

    async def start(self) -> None:
        """Ready what takes time, such as weights; called once, beside the first requests."""
        ...

    async def check(self) -> None:
        """Return if the model can be reached; raise a `ProviderError` that says why not."""
        ...

    async def aclose(self) -> None: ...
