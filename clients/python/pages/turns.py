"""What a person does on a page, and what becomes of the visit. A page only paints it.

Each turn is an async generator that yields what there is to paint (`Change`), not more often than
an eye can see. Closing it lets go of the stream; the run goes on, and `follow` takes it up.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from clients.python import (
    AsyncSession,
    Cancellation,
    MessageInput,
    Notice,
    ParleyError,
    Run,
    StreamEvent,
    Transcript,
    problem_sentence,
)
from clients.python.pages.changes import Steps, turn
from clients.python.pages.frames import frames
from clients.python.pages.visit import Visit

SECONDS_TO_KNOCK = 2.0
"""How often an API that doesn't answer is asked again."""


class Turns:
    """The turns that a visit can take with one API."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    @turn
    async def open(self, visit: Visit, saved: str = "", linked_run: str = "") -> Steps:
        """Ask the API what it offers, then show what this tab held before, or the linked run.

        Where the API doesn't answer, the visit's `trouble` says so, and it is asked again. An
        assistant that the visit wants and that isn't there is a problem.
        """
        wanted = visit.assistant_id
        visit.restore(saved)
        await self._meet(visit)
        while visit.trouble:
            yield
            await asyncio.sleep(SECONDS_TO_KNOCK)
            await self._meet(visit)
        visit.expect(wanted)
        if linked_run not in ("", visit.transcript.run_id):
            await self._join(visit, linked_run)
        yield
        async with aclosing(self.follow(visit)) as followed:
            async for _ in followed:
                yield

    @turn
    async def follow(self, visit: Visit) -> Steps:
        """Take up the run that is going, if there is one."""
        if point := visit.transcript.resume_point():
            async with aclosing(self._read(visit, self._session.follow(*point))) as read:
                async for _ in read:
                    yield

    @turn
    def ask(self, visit: Visit, question: str) -> Steps:
        """Send the question; where it may not be sent, the transcript has a problem."""

        def asked() -> list[MessageInput] | None:
            history = visit.transcript.ask(question)
            visit.accepted += history is not None
            return history

        return self._reply(visit, asked)

    @turn
    def again(self, visit: Visit) -> Steps:
        """Ask for another reply to the last question."""
        return self._reply(visit, visit.transcript.regenerate)

    @turn
    async def stop(self, visit: Visit) -> Steps:
        """Stop the model. The stream then ends by itself, in every window that shows the run."""
        await self._stop(visit)
        yield

    @turn
    async def clear(self, visit: Visit) -> Steps:
        """A new conversation. A reply that is being written is stopped."""
        await self._stop(visit)
        visit.transcript = Transcript(visit.transcript.greeting, visit.transcript.question_limit)
        yield

    @turn
    async def choose(self, visit: Visit, assistant_id: str) -> Steps:
        """Another assistant answers from now on; what was said stays."""
        visit.choose(assistant_id)
        yield

    @turn
    async def order(self, visit: Visit, newest_first: bool) -> Steps:
        """Newest or oldest message on top."""
        visit.newest_first = newest_first
        yield

    async def _stop(self, visit: Visit) -> None:
        transcript = visit.transcript
        if not transcript.busy:
            return
        if not transcript.run_id:
            transcript.stop()
            return
        try:
            answer = await self._session.cancel(transcript.run_id)
        except ParleyError as error:
            transcript.fail(error)
        else:
            if not isinstance(answer, Cancellation):
                transcript.stop()

    async def _meet(self, visit: Visit) -> None:
        try:
            visit.assistants = await self._session.assistants()
            visit.controls = await self._session.controls()
            visit.health = await self._session.health()
        except ParleyError as error:
            visit.trouble = error
        else:
            visit.trouble = None
            visit.greet()

    async def _join(self, visit: Visit, run_id: str) -> None:
        try:
            run = await self._session.run(run_id)
        except ParleyError as error:
            visit.transcript.fail(error)
            return
        if isinstance(run, Run):
            visit.choose(run.assistant_id)
            visit.transcript = Transcript.joining(run, visit.assistant)
        else:
            sentence = problem_sentence(run)
            visit.transcript.problem = Notice(run.typename, sentence, retryable=False)

    async def _reply(
        self, visit: Visit, next_history: Callable[[], list[MessageInput] | None]
    ) -> Steps:
        settings = {} if visit.transcript.busy else visit.settings()
        history = None if settings is None else next_history()
        yield
        if history is None:
            return
        assistant = visit.assistant.id if visit.assistant else None
        stream = self._session.stream(history, assistant_id=assistant, settings=settings)
        async with aclosing(self._read(visit, stream)) as read:
            async for _ in read:
                yield

    async def _read(self, visit: Visit, events: AsyncGenerator[StreamEvent, None]) -> Steps:
        """Apply the events to the visit's transcript, and yield as they come."""
        transcript, news = visit.transcript, asyncio.Event()
        try:
            async with aclosing(frames(self._apply(transcript, events, news), news)) as painted:
                async for _ in painted:
                    yield
        except ParleyError as error:
            transcript.fail(error)
            yield

    async def _apply(
        self,
        transcript: Transcript,
        events: AsyncGenerator[StreamEvent, None],
        news: asyncio.Event,
    ) -> None:
        async with aclosing(events) as stream:
            async for event in stream:
                if not transcript.busy:  # stopped before the run had told its id
                    if event.run_id:
                        await self._session.cancel(event.run_id)
                    return
                transcript.apply(event)
                news.set()
