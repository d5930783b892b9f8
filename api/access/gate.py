"""From a credential to the caller behind it, and the end of those whose right to be here ends."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import structlog

from api.access.allowance import Budget, Rate
from api.access.caller import ANYBODY, Caller
from api.access.key_ring import KeyRing
from api.access.keys import KeyRecord, id_of

log = structlog.get_logger(__name__)

CHECK_SECONDS = 0.5
"""How often keys are looked up again, and with them who may stay."""

KEY = "key:"
"""How the owner id of a key's caller begins."""

End = Callable[[], None]


class NotAdmittedError(Exception):
    """No credential, or one that doesn't hold; `str()` says what to do."""


class IssuerUnreachableError(NotAdmittedError):
    """The token may be good, but nobody can tell now."""

    def __init__(self) -> None:
        super().__init__("Tokens cannot be checked right now. Try again in a moment.")


class Tokens(Protocol):
    """Tells the callers of tokens that somebody else has issued."""

    async def caller(self, token: str) -> Caller:
        """Whose token it is; raises `NotAdmittedError`."""
        ...


class Gate:
    """Who may use the server.

    `local` is true for a server that only its own machine reaches: without keys and token issuer,
    everybody may use that one. `budget` and `rate` are for callers who have none of their own.
    """

    def __init__(
        self,
        ring: KeyRing,
        tokens: Tokens | None = None,
        *,
        local: bool = True,
        budget: Budget | None = None,
        rate: Rate | None = None,
    ) -> None:
        self._ring = ring
        self._tokens = tokens
        self._local = local
        self._budget = budget
        self._rate = rate
        self._staying: dict[Caller, set[End]] = {}
        self._checking: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """True where no credential is needed."""
        return self._local and self._ring.is_empty and self._tokens is None

    async def admit(self, credential: str | None) -> Caller:
        """Who has this key or token; raises `NotAdmittedError`."""
        if self.is_open:
            return ANYBODY
        if credential is None:
            raise NotAdmittedError("A key is needed: send `Authorization: Bearer <key>`.")
        if self._tokens is None or id_of(credential) is not None:
            return self._key_caller(self._ring.find(credential))
        caller = await self._tokens.caller(credential)
        return self._with_defaults(caller)

    def name_of(self, caller_id: str) -> str | None:
        """What people call the caller of an id; None where that is forgotten."""
        if caller_id.startswith(KEY):
            return self._ring.name_of(caller_id.removeprefix(KEY))
        return caller_id.rpartition(":")[2]

    def watch(self, caller: Caller, end: End) -> End:
        """Call `end` once the caller has lost the right to be here; returns what stops that."""
        ends = self._staying.setdefault(caller, set())
        ends.add(end)

        def leave() -> None:
            ends.discard(end)
            if not ends and self._staying.get(caller) is ends:
                del self._staying[caller]

        return leave

    async def open(self) -> None:
        """Follow the keys from now on."""
        self._checking = asyncio.create_task(self._check())

    async def close(self) -> None:
        if self._checking:
            self._checking.cancel()
            await asyncio.wait([self._checking])

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await self._ring.refresh()
            now = time.time()
            for caller in [each for each in self._staying if not self._may_stay(each, now)]:
                for end in self._staying.pop(caller):
                    end()

    def _may_stay(self, caller: Caller, now: float) -> bool:
        if caller.expires_at is not None and now >= caller.expires_at:
            return False
        if caller is ANYBODY:
            return self.is_open
        return not caller.id.startswith(KEY) or self._ring.holds(caller.id.removeprefix(KEY))

    def _key_caller(self, record: KeyRecord | None) -> Caller:
        if record is None:
            raise NotAdmittedError("The key is unknown, expired or revoked.")
        return self._with_defaults(
            Caller(
                KEY + record.id,
                record.name,
                record.admin,
                record.expires_at,
                record.budget,
                record.rate,
            )
        )

    def _with_defaults(self, caller: Caller) -> Caller:
        if caller.budget and caller.rate:
            return caller
        return replace(caller, budget=caller.budget or self._budget, rate=caller.rate or self._rate)
