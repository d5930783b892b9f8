"""What happens when somebody does something: the visit changes, and parts of the page with it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from clients.gradio_ui import painting
from clients.gradio_ui.frames import frames
from clients.gradio_ui.page import Page
from clients.gradio_ui.painting import Painted
from clients.gradio_ui.visit import Visit
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

Paintings = AsyncIterator[Painted]


class Events:
    """The handlers, bound to a page and an API."""

    def __init__(self, page: Page, session: AsyncSession) -> None:
        self._page = page
        self._session = session

    async def open(self, visit: Visit, saved: str, linked_run: str) -> Paintings:
        """Ask the API what it offers, then show what this tab held before, or the linked run."""
        if visit.health is None:
            visit.restore(saved)
            await self._meet(visit)
            if visit.health and linked_run not in ("", visit.transcript.run_id):
                await self._join(visit, linked_run)
            yield painting.everything(self._page, visit)
            if visit.health and (point := visit.transcript.resume_point()):
                async for painted in self._follow(visit, self._session.follow(*point)):
                    yield painted

    async def ask(self, visit: Visit, question: str, *values: Any) -> Paintings:
        """Send the question; it stays in the box where it may not be sent."""
        settings = self._settings(visit, values)
        if settings is None or (history := visit.transcript.ask(question)) is None:
            yield painting.conversation(self._page, visit)
            return
        yield {**painting.conversation(self._page, visit), self._page.message: ""}
        async for painted in self._reply(visit, history, settings):
            yield painted

    async def start(self, visit: Visit, starter: list[str], *values: Any) -> Paintings:
        """Ask one of the assistant's questions."""
        async for painted in self.ask(visit, starter[0], *values):
            yield painted

    async def again(self, visit: Visit, *values: Any) -> Paintings:
        """Ask for another reply to the last question."""
        settings = self._settings(visit, values)
        if settings is None or (history := visit.transcript.regenerate()) is None:
            yield painting.conversation(self._page, visit)
            return
        async for painted in self._reply(visit, history, settings):
            yield painted

    async def stop(self, visit: Visit) -> Painted:
        """Stop the model. The stream then ends by itself, in every window that shows the run."""
        await self._cancel(visit.transcript)
        return painting.conversation(self._page, visit)

    async def clear(self, visit: Visit) -> Painted:
        """A new conversation. A reply that is being written is stopped."""
        await self._cancel(visit.transcript)
        visit.transcript = Transcript(visit.transcript.greeting, visit.transcript.question_limit)
        return painting.conversation(self._page, visit)

    async def choose(self, visit: Visit, assistant_id: str) -> Painted:
        """Another assistant answers from now on."""
        visit.choose(assistant_id)
        return painting.everything(self._page, visit)

    async def order(self, visit: Visit, newest_first: bool) -> Painted:
        """Newest or oldest message on top."""
        visit.newest_first = newest_first
        return painting.conversation(self._page, visit)

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

    def _settings(self, visit: Visit, values: tuple[Any, ...]) -> dict[str, Any] | None:
        """What the controls say; None where they say something that cannot be sent."""
        visit.values = dict(zip(self._page.controls, values, strict=True))
        try:
            return visit.panel.settings(visit.values)
        except ParleyError as error:
            visit.transcript.fail(error)
            return None

    def _reply(
        self, visit: Visit, history: list[MessageInput], settings: dict[str, Any]
    ) -> Paintings:
        assistant = visit.assistant.id if visit.assistant else None
        stream = self._session.stream(history, assistant_id=assistant, settings=settings)
        return self._follow(visit, stream)

    async def _follow(
        self, visit: Visit, events: AsyncGenerator[StreamEvent, None]
    ) -> AsyncGenerator[Painted, None]:
        """Apply the events to the visit's transcript and paint them as they come."""
        transcript, news = visit.transcript, asyncio.Event()
        try:
            async with aclosing(frames(self._apply(transcript, events, news), news)) as painted:
                async for _ in painted:
                    yield painting.conversation(self._page, visit)
        except ParleyError as error:
            transcript.fail(error)
            yield painting.conversation(self._page, visit)

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

    async def _cancel(self, transcript: Transcript) -> None:
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
