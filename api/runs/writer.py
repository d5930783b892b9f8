"""Turns the parts of one reply into logged events: first the log, then the readers."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import structlog

from api.contract.events import AnyTerminalEvent, TextDelta
from api.runs.log import LeaseLostError, RunLog, RunRecord, StoreUnavailableError

log = structlog.get_logger(__name__)

PIECES = 64
"""Most pieces of a reply that are kept as they came: each takes ten times its text."""

RETRY_SECONDS = 0.25
"""Pause before an event is offered again to a store that was not available."""


class RunWriter:
    """The one writer of a run. At most one append is under way; the text that arrives meanwhile
    becomes one delta, so deltas grow under load and the first never waits for company.

    A store that fails for a while delays the events and loses none. `stop` is called with a
    reason where logging cannot go on, for example because another worker took the run over.
    """

    def __init__(self, run_log: RunLog, record: RunRecord, stop: Callable[[str], Any]) -> None:
        self._log = run_log
        self._record = record
        self._stop = stop
        self._next_seq = 1
        self._pending: list[str] = []
        self._said: list[str] = []
        self._told: list[str] = []
        self._under_way = False
        self._offered: TextDelta
        self._idle: asyncio.Future[None] | None = None
        self._waiting = False
        self._broken = False
        self._ending = False
        self.lost = False

    @property
    def reply(self) -> str:
        """All text so far, logged or about to be."""
        return "".join([*self._told, *self._said])

    def text(self, piece: str) -> None:
        """Log a piece of the reply; never waits."""
        if self.lost or self._broken:
            return
        if not piece.isascii():
            # Half a surrogate pair can be neither stored nor sent.
            piece = piece.encode(errors="replace").decode()
        self._said.append(piece)
        if len(self._said) == PIECES:
            self._told.append("".join(self._said))
            self._said.clear()
        if self._under_way:
            self._pending.append(piece)
        else:
            self._offer_next(piece)

    async def check(self) -> None:
        """Find out whether the run is still ours; `stop` is called where it isn't."""
        try:
            await self._log.append(self._record.id, self._record.fence, [])
        except LeaseLostError:
            self._lose()

    async def end(
        self, make: Callable[[int, datetime], AnyTerminalEvent]
    ) -> AnyTerminalEvent | None:
        """Log what is pending with the terminal event that `make(seq, at)` returns, as one.

        None where it is not logged, because the run is no longer ours.
        """
        self._ending = True
        while self._under_way and not self.lost:
            self._idle = asyncio.get_running_loop().create_future()
            await self._idle
        rest = [self._next(self._taken())] if self._pending and not self._broken else []
        event = make(self._next_seq, datetime.now(UTC))
        while not self.lost:
            try:
                await self._log.append(self._record.id, self._record.fence, [*rest, event])
                return event
            except StoreUnavailableError as error:
                self._complain(error)
                await asyncio.sleep(RETRY_SECONDS)
            except LeaseLostError:
                self._lose()
        return None

    def _taken(self) -> str:
        text = "".join(self._pending)
        self._pending.clear()
        return text

    def _next(self, text: str) -> TextDelta:
        run_id: Any = self._record.id
        event = TextDelta(run_id=run_id, seq=self._next_seq, at=datetime.now(UTC), text=text)
        self._next_seq += 1
        return event

    def _offer_next(self, text: str) -> None:
        # Set first: who is told of the event may be called before the offer returns.
        self._under_way, self._offered = True, self._next(text)
        self._offer()

    def _offer(self) -> None:
        record = self._record
        if self._log.offer(record.id, record.fence, self._offered, self._appended):
            self._appended(None)

    def _appended(self, error: BaseException | None) -> None:
        if isinstance(error, StoreUnavailableError):
            self._complain(error)
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self._offer)
            return
        self._waiting = False
        if error is None and self._pending and not self._ending:
            self._offer_next(self._taken())
            return
        self._under_way = False
        if isinstance(error, LeaseLostError):
            self._lose()
        elif error is not None:
            self._break(error, self._offered)
        if self._idle:
            self._wake()

    def _wake(self) -> None:
        if self._idle and not self._idle.done():
            self._idle.set_result(None)

    def _lose(self) -> None:
        self.lost = True
        self._wake()
        self._stop("Another process of the server took the run over.")

    def _break(self, error: BaseException, event: TextDelta) -> None:
        """A bug: the event is not in the log, and the run ends without it."""
        log.error("run.log_failed", run_id=self._record.id, exc_info=error)
        self._broken = True
        self._next_seq = event.seq
        self._stop("The server could not log the reply; its log tells more.")

    def _complain(self, error: StoreUnavailableError) -> None:
        """Once for each outage: an operator needs to know, and a full disk needs no more lines."""
        if not self._waiting:
            log.error("run.waits_for_log", run_id=self._record.id, reason=str(error))
        self._waiting = True
