"""A provider made steadier: retries, a breaker for each model, and fallback models.

All of it happens before the first piece of text; once somebody has seen a word of a reply, the
reply stays that of one model and one call.
"""

import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

import stamina
import structlog

from api.providers.base import AnsweringModel, ModelRequest, Part, Provider
from api.providers.breaker import Breaker
from api.providers.errors import (
    ContentRefusedError,
    ModelMisconfiguredError,
    ModelRateLimitedError,
    ModelTimedOutError,
    ModelUnavailableError,
    ProviderError,
    ReplyTruncatedError,
)

log = structlog.get_logger(__name__)

FAILURES = (ModelUnavailableError, ModelTimedOutError, ReplyTruncatedError)
"""What counts against a model's server. A refusal is an answer: the server is well."""

FINAL = (ContentRefusedError, ModelMisconfiguredError)
"""What another model of the same server would not change, or must not."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long the model's server is asked again. Waits are in seconds."""

    attempts: int = 3
    first_wait: float = 0.25
    """The greatest wait before the second attempt; it doubles with each."""
    longest_wait: float = 10.0
    """A `Retry-After` beyond it is told to the client instead."""
    breaker_failures: int = 5
    breaker_seconds: float = 10.0


class SteadyProvider:
    """The provider `inner`, asked with patience."""

    def __init__(self, inner: Provider, patience: Patience) -> None:
        self._inner = inner
        self._patience = patience
        self._breakers: dict[str, Breaker] = {}
        self.name = inner.name
        self.default_model = inner.default_model

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Part, None]:
        """The parts of the first reply that begins; an `AnsweringModel` precedes a fallback's."""
        begun = await self._begun_by_any(request)
        del request  # its history may be long, and a reply goes on for minutes
        async with aclosing(begun.rest):
            for part in begun.opening:
                yield part
            async for part in begun.rest:
                yield part

    async def start(self) -> None:
        await self._inner.start()

    async def check(self) -> None:
        if breaker := self._breakers.get(self.default_model):
            breaker.check()
        await self._inner.check()

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _begun_by_any(self, request: ModelRequest) -> "_Begun":
        """The reply of the first model that begins one; raises the first model's failure."""
        first: ProviderError | None = None
        for model in dict.fromkeys((request.model, *request.fallbacks)):
            try:
                begun = await self._begun(replace(request, model=model))
            except ProviderError as error:
                first = first or error
                if isinstance(error, FINAL):
                    break
                log.warning("provider.model_failed", model=model, reason=str(error))
            else:
                if model != request.model:
                    begun.opening.insert(0, AnsweringModel(model))
                return begun
        assert first is not None
        raise first

    async def _begun(self, request: ModelRequest) -> "_Begun":
        breaker = self._breakers.get(request.model) or self._breaker(request.model)
        hook = _Backoff(self._patience, breaker)
        async for attempt in stamina.retry_context(
            on=hook, attempts=self._patience.attempts, timeout=None
        ):
            with attempt:
                breaker.admit()
                return await self._opened(request, breaker)
        raise AssertionError("stamina raises the last failure")

    async def _opened(self, request: ModelRequest, breaker: Breaker) -> "_Begun":
        """A call that has said something, or all."""
        begun = _Begun([], self._inner.stream(request))
        try:
            await begun.listen()
        except ProviderError as error:
            if isinstance(error, FAILURES):
                breaker.failed()
            else:
                breaker.succeeded()
            raise
        except BaseException:
            await begun.rest.aclose()
            raise
        breaker.succeeded()
        return begun

    def _breaker(self, model: str) -> Breaker:
        patience = self._patience
        breaker = Breaker(model, patience.breaker_failures, patience.breaker_seconds)
        self._breakers[model] = breaker
        return breaker


@dataclass(slots=True)
class _Begun:
    """A reply that has begun: its parts up to the first text, and the rest."""

    opening: list[Part]
    rest: AsyncGenerator[Part, None]

    async def listen(self) -> None:
        """Wait for the first text, or for the end of a reply without one."""
        async for part in self.rest:
            self.opening.append(part)
            if isinstance(part, str):
                return


class _Backoff:
    """Whether to ask again after a failure, and after which wait: full jitter, or what the server
    asks for (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/)."""

    def __init__(self, patience: Patience, breaker: Breaker) -> None:
        self._patience = patience
        self._breaker = breaker
        self._greatest = patience.first_wait

    def __call__(self, error: Exception) -> bool | float:
        # A timeout has used up the time of somebody who waits; another model may be quicker.
        if not isinstance(error, ProviderError) or not error.retryable or self._breaker.is_open:
            return False
        if isinstance(error, ModelTimedOutError):
            return False
        wait = random.uniform(0, min(self._greatest, self._patience.longest_wait))
        self._greatest *= 2
        if isinstance(error, ModelRateLimitedError) and error.retry_after is not None:
            asked = error.retry_after
            return False if asked > self._patience.longest_wait else asked + wait
        return wait
