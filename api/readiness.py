"""Whether this process can take a run now, for whoever sends it requests."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from api.contract.types import Health
from api.health import HealthCheck
from api.runs.service import RunService

RECENT_SECONDS = 1.0
"""Anybody may ask, so the model's server and the store are asked this seldom, by all together."""

CLOSING = "The server is shutting down. Send runs to another one, or wait for its next start."


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why no run can be taken, and what to do about it."""

    part: Literal["server", "model", "store"]
    fix: str


class Readiness:
    """Looks at what every run needs: a model that can be asked, a log that can be written.

    A model that is left alone after failures counts as one that can't be asked, until its next
    probe is due: a probe is a run, and comes only to servers that count as ready.
    """

    def __init__(
        self,
        health: HealthCheck,
        runs: RunService,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._health = health
        self._runs = runs
        self._clock = clock
        self._asked_at = 0.0
        self._asking: asyncio.Task[Health] | None = None

    async def obstacles(self) -> list[Obstacle]:
        """What keeps this process from taking a run; nothing where it can."""
        if self._runs.is_closing:
            return [Obstacle("server", CLOSING)]
        health = await self._recent_health()
        found = []
        if not health.model.reachable:
            found.append(Obstacle("model", health.model.hint or ""))
        if not health.store.writable:
            found.append(Obstacle("store", health.store.hint or ""))
        return found

    async def _recent_health(self) -> Health:
        now = self._clock()
        if self._asking is None or (self._asking.done() and now - self._asked_at >= RECENT_SECONDS):
            self._asked_at = now
            self._asking = asyncio.create_task(self._health())
        # Shielded: whoever asks first may leave, and the others wait for the same answer.
        return await asyncio.shield(self._asking)
