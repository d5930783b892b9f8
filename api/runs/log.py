"""The run log protocol: what every store of runs does, and how it fails.

A run is an append-only log of events, numbered from 0 without a gap. To add a store: a module
that implements `RunLog`, a row in `api/runs/stores.py`; `tests/runs/test_run_log.py` holds it to
the behaviour.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from api.access.allowance import Budget
from api.contract.events import AnyRunEvent, AnyTerminalEvent, TextDelta
from api.contract.metering import UsageFigures
from api.contract.types import Message, RunStatus
from api.runs.feed import Feed


class RunLogError(Exception):
    """Anything that a store says no to."""


class StoreUnavailableError(RunLogError):
    """The store cannot be read or written now: disk full, read-only, locked. Try again."""


class LeaseLostError(RunLogError):
    """Another worker has taken the run over, or it has ended: stop writing."""


class KeyConflictError(RunLogError):
    """The idempotency key belongs to a run with another input."""


class BudgetExceededError(RunLogError):
    """What the run may cost does not fit into what is left of its owner's budget."""

    def __init__(self, budget: Budget, needed: Decimal, spent: Decimal, held: Decimal) -> None:
        super().__init__(f"{needed} does not fit into {budget}")
        self.budget = budget
        self.needed = needed
        self.spent = spent
        self.held = held


@dataclass(frozen=True, slots=True)
class UsageLine:
    """The usage of one caller, assistant and model on one day (UTC)."""

    day: date
    owner: str
    assistant_id: str
    model: str
    figures: UsageFigures


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a run may cost at most, and the budget that it is held from until the run's end."""

    amount: Decimal
    budget: Budget


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What a store keeps of a run beside its events. Times are UTC."""

    id: str
    owner: str
    assistant_id: str
    provider: str
    model: str
    history: list[Message] | None
    """The input; None once the retention has passed."""
    created_at: datetime
    idempotency_key: str | None = None
    input_digest: str = ""
    fence: int = 1
    """Rises with each take-over; an append with a lower one is refused."""
    cancel_requested: bool = False
    reservation: Reservation | None = None
    """Only of a draft: what the claim is to hold."""
    ending: AnyTerminalEvent | None = None
    """The terminal event, where the run has ended; its text is empty once expired."""

    @property
    def expired(self) -> bool:
        return self.history is None

    @property
    def status(self) -> RunStatus:
        return STATUS_OF[type(self.ending).__name__] if self.ending else RunStatus.RUNNING


STATUS_OF = {
    "RunCompleted": RunStatus.COMPLETED,
    "RunFailed": RunStatus.FAILED,
    "RunCancelled": RunStatus.CANCELLED,
    "RunIncomplete": RunStatus.INCOMPLETE,
}


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer to a claim: the run, and whether this call created it."""

    record: RunRecord
    created: bool


Settled = Callable[[BaseException | None], None]
"""Hears that something is committed (None), or why it isn't."""


class RunLog(Protocol):
    """Every method but `follow` may raise `StoreUnavailableError`."""

    kind: str

    @property
    def queued(self) -> int:
        """Writes that wait for their commit."""
        ...

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def claim(self, draft: RunRecord, first: AnyRunEvent) -> Claim:
        """Create the run with its first event, or join the run of the same owner and key.

        Raises `KeyConflictError` if that run's `input_digest` differs, `BudgetExceededError` if a
        new run's reservation does not fit.
        """
        ...

    def append(
        self, run_id: str, fence: int, events: Sequence[AnyRunEvent]
    ) -> asyncio.Future[None]:
        """Log events that follow each other; done once they are committed.

        With the terminal event the run is counted in the ledger, once, and its reservation ends.
        An event that is in the log already (same `seq`) is left alone. Fails with
        `LeaseLostError` if the fence is old or the run has ended; so does an append of nothing,
        which asks just that.
        """
        ...

    def offer(self, run_id: str, fence: int, event: TextDelta, settled: Settled) -> bool:
        """`append` for one delta, without a future. True where it is logged and published now;
        else `settled` is called, once that is decided."""
        ...

    async def read(self, run_id: str, after: int, limit: int) -> list[AnyRunEvent]:
        """Committed events with `seq` greater than `after`, at most `limit`, in order."""
        ...

    def follow(self, run_id: str, after: int) -> AsyncGenerator[Sequence[AnyRunEvent], None]:
        """Batches of events with `seq` > `after` as they are committed, to the terminal event.

        Ends also where nothing will follow `after`. A store that is not available makes a pause.
        """
        ...

    def feed(self, run_id: str) -> Feed | None:
        """What this process adds to the run; None where it adds nothing, or is not to be asked."""
        ...

    async def find(self, run_id: str, owner: str | None = None) -> RunRecord | None:
        """The run, where it is `owner`'s or nobody in particular asks; another's is not read."""
        ...

    async def request_cancel(self, run_id: str) -> bool:
        """Ask the run's worker to stop it; False if it is over or somebody had asked before."""
        ...

    async def cancel_requests(self) -> list[str]:
        """Runs of this worker that somebody asked to stop."""
        ...

    async def heartbeat(self, lease_seconds: float) -> None:
        """Renew this worker's lease on all its runs."""
        ...

    async def take_over(self) -> list[RunRecord]:
        """Runs whose worker's lease has expired, now fenced for this worker."""
        ...

    async def expire(self, before: datetime) -> int:
        """Erase texts and events of runs that ended before, a few at a time; 0: none is left."""
        ...

    async def usage(self, owner: str | None, since: date, until: date) -> list[UsageLine]:
        """The ledger's lines of these days, in order: of one owner, or of all."""
        ...

    async def held(self, owner: str) -> Decimal:
        """What is held for the owner's runs that are going."""
        ...

    async def check(self) -> None:
        """Return if the store can be written."""
        ...
