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

    def admit(self) -> None:
        """Return where a call may be made now; else raise `ModelUnavailableError`."""
        if not self.is_open:
            return
        now = self._clock()
        if now < self._probe_at:
            raise ModelUnavailableError(
                "The model's server has failed several times in a row and is left alone for "
                f"a moment. Try again in {self._seconds:g} seconds."
            )
        self._probe_at = now + self._seconds

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
