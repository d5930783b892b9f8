"""The run service: start, follow, find and cancel runs. Every door folds what it streams."""

import asyncio
import uuid
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from api.access.caller import Caller
from api.contract.events import TERMINAL_EVENTS, AnyRunEvent, AnyTerminalEvent, RunStarted
from api.contract.problems import (
    AnyProblem,
    LookupProblem,
    ReplayExpired,
    RunNotFound,
    StartProblem,
    StoreUnavailable,
)
from api.contract.results import Cancellation, CancelOutcome, ChatReply
from api.contract.rules import is_encodable
from api.contract.types import ChatInput, OnDisconnect, Run, RunStatus
from api.providers.base import Provider
from api.runs import folding, refusals
from api.runs.admission import Admission, Admitted
from api.runs.allowances import Allowances, Granted
from api.runs.leaving import Leaving
from api.runs.live import LiveRuns
from api.runs.log import (
    BudgetExceededError,
    Claim,
    KeyConflictError,
    RunLog,
    RunRecord,
    StoreUnavailableError,
)
from api.runs.reading import EventStream, Readers, Source, only
from api.runs.watching import UNOBSERVED, RunObserver

DELIVERY_SECONDS = 1.0
"""How long clients may take to read what is left for them when the server stops."""


class RunService:
    """Runs of one process. `caller` is who asks: a run is only ever shown to its owner."""

    def __init__(
        self,
        run_log: RunLog,
        provider: Provider,
        admission: Admission,
        allowances: Allowances,
        timeout_seconds: float,
        observer: RunObserver = UNOBSERVED,
    ) -> None:
        self._log = run_log
        self._provider = provider
        self._admission = admission
        self._allowances = allowances
        self._live = LiveRuns(run_log, provider, timeout_seconds, observer)
        self._observer = observer
        self._leaving = Leaving(run_log, self._live)
        self._readers = Readers(run_log)
        self._closing = False

    async def start(self, input: ChatInput, caller: Caller) -> Run | StartProblem:
        """Start a run, or join the one with the same idempotency key; returns at once."""
        begun = await self._begin(input, caller)
        if not isinstance(begun, Claim):
            return begun
        if begun.created:
            return folding.run_state(begun.record, "", last_seq=0)
        return await self._state(begun.record)

    def stream(self, input: ChatInput, caller: Caller, after: int | None = None) -> EventStream:
        """Start a run and follow it to its terminal event; a refusal is the only event.

        Closing the stream before the end leaves the run going or cancels it, as the input's
        `on_disconnect` says. `after` is for a client that reconnects by asking again: it then
        joins its run, by the idempotency key, behind the event that it has.
        """
        return EventStream(lambda: self._started_or_joined(input, caller, after))

    async def complete(self, input: ChatInput, caller: Caller) -> ChatReply | AnyProblem:
        """The same stream, run to its end: the whole reply or the problem that prevented it."""
        end: AnyTerminalEvent | None = None

        def take(event: AnyRunEvent) -> bool:
            nonlocal end
            if isinstance(event, TERMINAL_EVENTS):
                end = event
            return True

        async with aclosing(self.stream(input, caller)) as events:
            async for event in events:
                take(event)
                await events.flow(take)
        if end is None:
            raise AssertionError("a run's stream ended without a terminal event")
        return folding.chat_result(end)

    def follow(self, run_id: str, caller: Caller, after: int | None) -> EventStream:
        """A run's events with `seq` > `after`, to the terminal event."""

        async def begin() -> Source:
            found = await self._find(run_id, caller)
            if not isinstance(found, RunRecord):
                return only(refusals.event(found, run_id))
            return self._readers.source(found, after, lambda _: None)

        return EventStream(begin)

    async def find(self, run_id: str, caller: Caller) -> Run | LookupProblem | StoreUnavailable:
        """One run's state."""
        found = await self._find(run_id, caller)
        return await self._state(found) if isinstance(found, RunRecord) else found

    async def cancel(
        self, run_id: str, caller: Caller
    ) -> Cancellation | LookupProblem | StoreUnavailable:
        """Stop a run wherever it is made; harmless when repeated or when it is over."""
        if outcome := await self._live.cancel(run_id, caller.id):
            return _cancellation(run_id, outcome, RunStatus.RUNNING)
        found = await self._find(run_id, caller)
        if not isinstance(found, RunRecord):
            return found
        try:
            first = not found.ending and await self._log.request_cancel(run_id)
            now = found if first else await self._log.find(run_id) or found
        except StoreUnavailableError as error:
            return refusals.store_unavailable(error)
        asked = CancelOutcome.STOPPING if first else CancelOutcome.ALREADY_STOPPING
        return _cancellation(
            run_id, CancelOutcome.ALREADY_ENDED if now.ending else asked, now.status
        )

    def stop_live(self, run_ids: Iterable[str]) -> None:
        """Stop those of the runs that this process makes."""
        self._live.stop(run_ids)

    @property
    def live(self) -> list[str]:
        """Ids of the runs that this process makes now."""
        return self._live.ids

    async def check_leases(self) -> None:
        """Stop making what another process has taken over meanwhile."""
        await self._live.check_leases()

    @property
    def is_closing(self) -> bool:
        """True once new runs are refused, because the server ends."""
        return self._closing

    def refuse_new(self) -> None:
        """From now on answer every request for a run with `ShuttingDown`."""
        self._closing = True

    async def drain(self, grace_seconds: float) -> None:
        """Let runs end for so long, then end the rest as incomplete, with all text logged.

        Returns once the clients that read them have their ends, or soon after.
        """
        self.refuse_new()
        await self._live.drain(grace_seconds)
        await self._readers.finish(DELIVERY_SECONDS)

    async def _begin(self, input: ChatInput, caller: Caller) -> Claim | StartProblem:
        begun = await self._claimed_or_refused(input, caller)
        if not isinstance(begun, Claim):
            self._observer.refused(begun)
        return begun

    async def _claimed_or_refused(self, input: ChatInput, caller: Caller) -> Claim | StartProblem:
        if self._closing:
            return refusals.shutting_down()
        admitted = self._admission.admit(input)
        if not isinstance(admitted, Admitted):
            return admitted
        granted = await self._allowances.grant(caller, admitted)
        if not isinstance(granted, Granted):
            return granted
        admitted = granted.admitted
        draft = self._draft(input, granted, caller)
        claiming = self._leaving.errand(self._claim(admitted, draft))
        try:
            # Shielded: a client that leaves now must not leave a run behind that nobody makes.
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            self._leaving.errand(self._left_unseen(claiming, input.on_disconnect))
            raise

    async def _left_unseen(
        self, claiming: "asyncio.Task[Claim | StartProblem]", wish: OnDisconnect
    ) -> None:
        claim = await claiming
        if isinstance(claim, Claim):
            self._leaving.left_unseen(claim.record.id, wish)

    async def _claim(self, admitted: Admitted, draft: RunRecord) -> Claim | StartProblem:
        try:
            claim = await self._log.claim(draft, _started(draft))
        except KeyConflictError as error:
            return refusals.conflict(str(error))
        except BudgetExceededError as error:
            return refusals.budget_exceeded(error)
        except StoreUnavailableError as error:
            return refusals.store_unavailable(error)
        if claim.created:
            # The log has the history; it may be long, and nobody needs it while the run is made.
            self._live.make(admitted.request, replace(draft, history=[]))
        return claim

    def _draft(self, input: ChatInput, granted: Granted, caller: Caller) -> RunRecord:
        admitted = granted.admitted
        return RunRecord(
            id=uuid.uuid4().hex,
            owner=caller.id,
            assistant_id=admitted.assistant_id,
            provider=self._provider.name,
            model=admitted.request.model,
            history=admitted.history,
            created_at=datetime.now(UTC),
            idempotency_key=input.idempotency_key,
            input_digest=admitted.digest,
            reservation=granted.reservation,
        )

    async def _started_or_joined(
        self, input: ChatInput, caller: Caller, after: int | None
    ) -> Source:
        if after is not None and input.idempotency_key is None:
            return only(refusals.event(refusals.second_run()))
        begun = await self._begin(input, caller)
        if not isinstance(begun, Claim):
            return only(refusals.event(begun))
        record = begun.record
        if record.expired:
            return only(refusals.event(folding.expired(record), record.id))
        self._leaving.joined(record.id)
        return self._readers.source(
            record,
            -1 if begun.created else after,
            partial(self._leaving.parted, record.id, input.on_disconnect),
        )

    async def _find(
        self, run_id: str, caller: Caller
    ) -> RunRecord | RunNotFound | ReplayExpired | StoreUnavailable:
        if not is_encodable(run_id):
            return refusals.not_found(run_id)
        try:
            record = await self._log.find(run_id, caller.id)
        except StoreUnavailableError as error:
            return refusals.store_unavailable(error)
        if record is None:
            return refusals.not_found(run_id)
        return folding.expired(record) if record.expired else record

    async def _state(self, record: RunRecord) -> Run | StoreUnavailable:
        if record.ending:
            return folding.run_state(record, "", record.ending.seq)
        try:
            events = await self._log.read(record.id, -1, 1_000_000)
        except StoreUnavailableError as error:
            return refusals.store_unavailable(error)
        return folding.run_state(record, folding.text_of(events), events[-1].seq)


def _started(draft: RunRecord) -> RunStarted:
    return RunStarted(
        run_id=draft.id,  # type: ignore[arg-type]
        seq=0,
        at=draft.created_at,
        assistant_id=draft.assistant_id,  # type: ignore[arg-type]
        model=draft.model,
    )


def _cancellation(run_id: str, outcome: CancelOutcome, status: RunStatus) -> Cancellation:
    return Cancellation(run_id=run_id, outcome=outcome, status=status)  # type: ignore[arg-type]
