"""The run service: start, follow, find and cancel runs. Every door folds what it streams."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

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
from api.contract.types import ChatInput, OnDisconnect, Run, RunStatus
from api.providers.base import Provider
from api.runs import folding, refusals
from api.runs.admission import Admission, Admitted
from api.runs.log import Claim, KeyConflictError, RunLog, RunRecord, StoreUnavailableError
from api.runs.production import Production
from api.runs.writer import RunWriter

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Live:
    """A run that this process makes."""

    production: Production
    task: asyncio.Task[None]


class RunService:
    """Runs of one process. `caller` is who asks: a run is only ever shown to its owner."""

    def __init__(
        self, run_log: RunLog, provider: Provider, admission: Admission, timeout_seconds: float
    ) -> None:
        self._log = run_log
        self._provider = provider
        self._admission = admission
        self._timeout_seconds = timeout_seconds
        self._live: dict[str, _Live] = {}
        self._errands: set[asyncio.Task[Any]] = set()
        self._closing = False

    async def start(self, input: ChatInput, caller: str) -> Run | StartProblem:
        """Start a run, or join the one with the same idempotency key; returns at once."""
        begun = await self._begin(input, caller)
        if not isinstance(begun, Claim):
            return begun
        return await self._state(begun.record)

    async def stream(self, input: ChatInput, caller: str) -> AsyncGenerator[AnyRunEvent, None]:
        """Start a run and follow it to its terminal event; a refusal is the only event.

        Closing the generator before the end leaves the run going, or cancels it: as the
        input's `on_disconnect` says.
        """
        begun = await self._begin(input, caller)
        if not isinstance(begun, Claim):
            yield refusals.event(begun)
            return
        run_id = begun.record.id
        try:
            async with aclosing(self._log.follow(run_id, -1)) as batches:
                async for batch in batches:
                    for event in batch:
                        yield event
        finally:
            if input.on_disconnect is OnDisconnect.CANCEL:
                self._cancel_on_leaving(run_id)

    async def complete(self, input: ChatInput, caller: str) -> ChatReply | AnyProblem:
        """The same stream, run to its end: the whole reply or the problem that prevented it."""
        end: AnyTerminalEvent | None = None
        async with aclosing(self.stream(input, caller)) as events:
            async for event in events:
                if isinstance(event, TERMINAL_EVENTS):
                    end = event
        if end is None:
            raise AssertionError("a run's stream ended without a terminal event")
        return folding.chat_result(end)

    async def follow(
        self, run_id: str, caller: str, after: int | None
    ) -> AsyncGenerator[AnyRunEvent, None]:
        """A run's events with `seq` > `after`, to the terminal event."""
        found = await self._find(run_id, caller)
        if not isinstance(found, RunRecord):
            yield refusals.event(found, run_id)
            return
        after = -1 if after is None else after
        if found.ending and after >= found.ending.seq:
            return
        async with aclosing(self._log.follow(run_id, after)) as batches:
            async for batch in batches:
                for event in batch:
                    yield event

    async def find(self, run_id: str, caller: str) -> Run | LookupProblem | StoreUnavailable:
        """One run's state."""
        found = await self._find(run_id, caller)
        return await self._state(found) if isinstance(found, RunRecord) else found

    async def cancel(
        self, run_id: str, caller: str
    ) -> Cancellation | LookupProblem | StoreUnavailable:
        """Stop a run wherever it is made; harmless when repeated or when it is over."""
        found = await self._find(run_id, caller)
        if not isinstance(found, RunRecord):
            return found
        if found.ending:
            return _cancellation(found, CancelOutcome.ALREADY_ENDED)
        try:
            first = await self._log.request_cancel(run_id)
        except StoreUnavailableError as error:
            return refusals.store_unavailable(error)
        self.stop_live([run_id])
        return _cancellation(
            found, CancelOutcome.STOPPING if first else CancelOutcome.ALREADY_STOPPING
        )

    def stop_live(self, run_ids: list[str], because: str | None = None) -> None:
        """Stop those of the runs that this process makes."""
        for run_id in run_ids:
            if live := self._live.get(run_id):
                live.production.stop(because)

    @property
    def live(self) -> list[str]:
        """Ids of the runs that this process makes now."""
        return list(self._live)

    def refuse_new(self) -> None:
        """From now on answer every request for a run with `ShuttingDown`."""
        self._closing = True

    async def drain(self, grace_seconds: float) -> None:
        """Let runs end for so long, then end the rest as incomplete, with all text logged."""
        self.refuse_new()
        if self._live:
            await asyncio.wait([live.task for live in self._live.values()], timeout=grace_seconds)
        self.stop_live(self.live, because="The server was stopped before the reply was whole.")
        if self._live:
            await asyncio.wait([live.task for live in self._live.values()], timeout=1)

    async def _begin(self, input: ChatInput, caller: str) -> Claim | StartProblem:
        if self._closing:
            return refusals.shutting_down()
        admitted = self._admission.admit(input)
        if not isinstance(admitted, Admitted):
            return admitted
        draft = self._draft(input, admitted, caller)
        try:
            claim = await self._log.claim(draft, _started(draft))
        except KeyConflictError as error:
            return refusals.conflict(str(error))
        except StoreUnavailableError as error:
            return refusals.store_unavailable(error)
        if claim.created:
            self._produce(admitted, draft)
        return claim

    def _draft(self, input: ChatInput, admitted: Admitted, caller: str) -> RunRecord:
        return RunRecord(
            id=uuid.uuid4().hex,
            owner=caller,
            assistant_id=admitted.assistant_id,
            provider=self._provider.name,
            model=admitted.request.model,
            history=admitted.history,
            created_at=datetime.now(UTC),
            idempotency_key=input.idempotency_key,
            input_digest=admitted.digest,
        )

    def _produce(self, admitted: Admitted, record: RunRecord) -> None:
        writer = RunWriter(self._log, record, on_lost=lambda: self.stop_live([record.id]))
        production = Production(
            self._provider, admitted.request, record, writer, self._timeout_seconds
        )
        task = asyncio.create_task(production.run())
        self._live[record.id] = _Live(production, task)
        task.add_done_callback(lambda _: self._live.pop(record.id, None))

    async def _find(
        self, run_id: str, caller: str
    ) -> RunRecord | RunNotFound | ReplayExpired | StoreUnavailable:
        try:
            record = await self._log.find(run_id)
        except StoreUnavailableError as error:
            return refusals.store_unavailable(error)
        if record is None or record.owner != caller:
            return refusals.not_found(run_id)
        return folding.expired(record) if record.expired else record

    async def _state(self, record: RunRecord) -> Run:
        if record.ending:
            return folding.run_state(record, "", record.ending.seq)
        events = await self._log.read(record.id, -1, 1_000_000)
        return folding.run_state(record, folding.text_of(events), events[-1].seq)

    def _cancel_on_leaving(self, run_id: str) -> None:
        if run_id in self._live:
            self.stop_live([run_id])
        elif not self._closing:
            self._errand(self._log.request_cancel(run_id))

    def _errand(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(work)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)


def _started(draft: RunRecord) -> RunStarted:
    return RunStarted(
        run_id=draft.id,  # type: ignore[arg-type]
        seq=0,
        at=draft.created_at,
        assistant_id=draft.assistant_id,  # type: ignore[arg-type]
        model=draft.model,
    )


def _cancellation(record: RunRecord, outcome: CancelOutcome) -> Cancellation:
    status = record.status if record.ending else RunStatus.RUNNING
    return Cancellation(run_id=record.id, outcome=outcome, status=status)  # type: ignore[arg-type]
