"""A circuit breaker: a model whose server fails again and again is left alone for a while."""

import time
from collections.abc import Callable

import structlog

from api.providers.errors import ModelUnavailableError

log = structlog.get_logger(__name__)


class Breaker:
    """Opens after `failures` in a row; then lets one call through every `seconds`.

    The first call that succeeds closes it. Nobody holds the probe: one that is cancelled or hangs
    keeps the next one from nothing.
    """

    def __init__(
        self,
        model: str,
        failures: int,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._most = failures
        self._seconds = seconds
        self._clock = clock
        self._failed = 0
        self._probe_at = 0.0

    @property
    def is_open(self) -> bool:
        return self._failed >= self._most

    def check(self) -> None:
        """Return where a call would be admitted now; else raise `ModelUnavailableError`."""
        if self.is_open and self._clock() < self._probe_at:
            raise ModelUnavailableError(
                "The model's server has failed several times in a row and is left alone for "
                f"a moment. Try again in {self._seconds:g} seconds."
            )

    def admit(self) -> None:
        """Take leave to make a call; raises as `check` does."""
        self.check()
        if self.is_open:
            self._probe_at = self._clock() + self._seconds

    def succeeded(self) -> None:
        """The server answered, even if with a refusal."""
        if self.is_open:
            log.info("provider.recovered", model=self._model)
        self._failed = 0

    def failed(self) -> None:
        """The server did not answer as it should."""
        self._failed += 1
        if self._failed == self._most:
            self._probe_at = self._clock() + self._seconds
            log.error("provider.left_alone", model=self._model, seconds=self._seconds)
