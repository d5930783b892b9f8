"""Produces one reply: asks the provider, logs what it says, and ends the run exactly once."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any

import structlog

from api.contract.events import (
    AnyTerminalEvent,
    RunCancelled,
    RunCompleted,
    RunFailed,
    RunIncomplete,
)
from api.contract.problems import ContentRefused, ModelProblem, ModelUnavailable
from api.contract.types import Message, Role
from api.contract.usage import FinishReason, TokenUsage
from api.providers.base import AnsweringModel, ModelRequest, Part, Provider, Turn
from api.providers.errors import ModelTimedOutError, ProviderError, ReplyTruncatedError
from api.providers.prices import price
from api.runs.failures import problem_of
from api.runs.log import RunRecord
from api.runs.watching import RunWatch
from api.runs.writer import RunWriter

log = structlog.get_logger(__name__)

MakeEnding = Callable[[int, datetime], AnyTerminalEvent]

CHARACTERS_PER_TOKEN = 4
"""Rule of thumb for English, used only where the model's server reported no usage."""


class Production:
    """The making of one reply. Whatever happens, even a bug, becomes the run's terminal event."""

    def __init__(
        self,
        provider: Provider,
        request: ModelRequest,
        record: RunRecord,
        writer: RunWriter,
        timeout_seconds: float,
        watch: RunWatch,
    ) -> None:
        self._provider = provider
        self._request: ModelRequest | None = request
        self._prompt = characters(request.turns)
        self._record = record
        self._writer = writer
        self._timeout_seconds = timeout_seconds
        self._watch = watch
        self._usage: TokenUsage | None = None
        self._finish: FinishReason | None = None
        self._model = request.model
        self._making: asyncio.Task[Any] | None = None
        self._over = False
        self._stop_reason: str | None = None
        self.stopped = False

    async def run(self) -> None:
        """Make the reply and log its end; returns once the end is logged, or the run is lost."""
        end = None
        try:
            end = await self._writer.end(await self._made())
        finally:
            self._watch.ended(end)

    async def _made(self) -> MakeEnding:
        if self.stopped:
            return self._stopped()
        task = self._making = asyncio.current_task()
        try:
            return await self._ending()
        except asyncio.CancelledError:
            if not self.stopped or task is None:
                raise  # the process ends without a stop; another one will end the run
            task.uncancel()
            return self._stopped()
        finally:
            self._making = None
            self._over = True

    def stop(self, because: str | None = None) -> bool:
        """Close the upstream and end the run: cancelled, or incomplete where a reason is given.

        False where that changes nothing, because the run was stopped before or is over.
        """
        if self.stopped or self._over:
            return False
        self.stopped = True
        self._stop_reason = because
        if self._making:
            self._making.cancel()
        return True

    async def check_lease(self) -> None:
        """Stop if another worker has taken the run over."""
        await self._writer.check()

    async def _ending(self) -> MakeEnding:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await self._listen()
        except TimeoutError:
            seconds = self._timeout_seconds
            reason = f"The reply took longer than {seconds:g} seconds."
            return self._failed(problem_of(ModelTimedOutError(reason, seconds)))
        except ReplyTruncatedError as error:
            return self._incomplete(str(error))
        except ProviderError as error:
            return self._failed(problem_of(error))
        except Exception:
            log.exception("run.bug", run_id=self._record.id, provider=self._provider.name)
            reason = "The server made a mistake; its log tells more."
            return self._failed(ModelUnavailable(reason=reason, retryable=True))
        return self._completed()

    async def _listen(self) -> None:
        request, self._request = self._request, None
        assert request, "a reply is made once"
        parts_of_reply = self._provider.stream(request)
        del request  # a run outlives its history, which may be long
        async with aclosing(parts_of_reply) as parts:
            async for part in parts:
                self._take(part)
                if isinstance(part, str):
                    self._watch.first_text()
                    break
            # All other tokens pass here, or go to the writer at once (`ModelRequest.hear`).
            async for part in parts:
                if isinstance(part, str):
                    self._writer.text(part)
                else:
                    self._take(part)

    def _take(self, part: Part) -> None:
        if isinstance(part, str):
            self._writer.text(part)
        elif isinstance(part, TokenUsage):
            self._usage = part
        elif isinstance(part, AnsweringModel):
            self._model = part.name
        else:
            self._finish = part

    def _completed(self) -> MakeEnding:
        if self._finish is None:
            return self._incomplete("The model's server didn't say that the reply is whole.")
        if self._finish is FinishReason.CONTENT_FILTER:
            reason = "A content filter of the model's server ended the reply."
            return self._failed(ContentRefused(reason=reason, retryable=False), self._finish)
        return self._make(RunCompleted, self._finish)

    def _stopped(self) -> MakeEnding:
        if self._stop_reason is not None:
            return self._incomplete(self._stop_reason)
        return self._make(RunCancelled, FinishReason.CANCELLED)

    def _incomplete(self, reason: str) -> MakeEnding:
        return self._make(RunIncomplete, FinishReason.INCOMPLETE, reason=reason)

    def _failed(
        self, problem: ModelProblem, finish: FinishReason = FinishReason.FAILED
    ) -> MakeEnding:
        return self._make(RunFailed, finish, problem=problem)

    def _make(self, kind: type[Any], finish: FinishReason, **extra: Any) -> MakeEnding:
        reply = self._writer.reply
        usage = self._usage or self._estimated(kind, reply)
        answered = self._model if reply or self._finish else None
        return ending(kind, self._record, reply, usage, finish, answered, **extra)

    def _estimated(self, kind: type[Any], reply: str) -> TokenUsage:
        """A model that failed before it said anything has used nothing, as far as we know."""
        if kind is RunFailed and not reply:
            return TokenUsage(estimated=True)
        return estimated_usage(self._prompt, reply)


def ending(
    kind: type[Any],
    record: RunRecord,
    reply: str,
    usage: TokenUsage,
    finish: FinishReason,
    answered_by: str | None,
    **extra: Any,
) -> MakeEnding:
    """A function from `(seq, at)` to the terminal event, with the cost of the usage."""
    cost = price(record.provider, answered_by or record.model, usage)

    def make(seq: int, at: datetime) -> AnyTerminalEvent:
        event: AnyTerminalEvent = kind(
            run_id=record.id,
            seq=seq,
            at=at,
            reply=Message(role=Role.ASSISTANT, content=reply),
            token_usage=usage,
            cost=cost,
            finish_reason=finish,
            answered_by=answered_by,
            **extra,
        )
        return event

    return make


def characters(turns: Sequence[Turn | Message]) -> int:
    """The length of a history."""
    return sum(len(turn.content) for turn in turns)


def estimated_usage(asked: int, reply: str) -> TokenUsage:
    """Usage by the rule of thumb, of a history of so many characters; marked as estimated."""
    prompt = _tokens(asked)
    completion = _tokens(len(reply))
    return TokenUsage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        estimated=True,
    )


def _tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_PER_TOKEN)
