"""One question and its reply, for programs that print it as it comes."""

import uuid
from collections.abc import Iterator
from contextlib import suppress

from clients.python._generated import MessageInput, Run
from clients.python.background import EventStream
from clients.python.endings import Notice
from clients.python.errors import ParleyError
from clients.python.events import StreamEvent
from clients.python.sentences import problem_sentence
from clients.python.session import Session
from clients.python.transcript import Transcript


class Exchange:
    """A question on its way, or a run that was joined.

    The events that it yields are in its transcript already. What goes wrong ends them, and is the
    transcript's problem.
    """

    def __init__(self, session: Session, assistant_id: str | None = None) -> None:
        self.transcript = Transcript()
        self._session = session
        self._assistant_id = assistant_id
        self._history: list[MessageInput] = []
        # By it the run is found again where it has to be stopped before it has told its id.
        self._key = uuid.uuid4().hex

    def ask(self, question: str) -> Iterator[StreamEvent]:
        """Send the question; nothing comes of one that may not be sent."""
        if history := self.transcript.ask(question):
            self._history = history
            yield from self._read(
                self._session.stream(history, self._assistant_id, idempotency_key=self._key)
            )

    def join(self, run_id: str) -> Iterator[StreamEvent]:
        """Read a run that was started elsewhere, from its beginning."""
        try:
            run = self._session.run(run_id)
        except ParleyError as error:
            self.transcript.fail(error)
            return
        if not isinstance(run, Run):
            self.transcript.problem = Notice(run.typename, problem_sentence(run), retryable=False)
            return
        self.transcript = Transcript.joining(run)
        yield from self._read(self._session.follow(run_id))

    def stop(self) -> None:
        """Stop the model that was asked here, for whose words nobody waits any more.

        A run that was joined goes on.
        """
        if not self.transcript.busy or not self._history:
            return
        run_id = self.transcript.run_id
        with suppress(ParleyError):  # an API that cannot be reached cannot be told
            if not run_id:
                started = self._session.start(
                    self._history, self._assistant_id, idempotency_key=self._key
                )
                run_id = started.id if isinstance(started, Run) else None
            if run_id:
                self._session.cancel(run_id)

    def _read(self, stream: EventStream) -> Iterator[StreamEvent]:
        try:
            with stream as events:
                for event in events:
                    self.transcript.apply(event)
                    yield event
        except ParleyError as error:
            self.transcript.fail(error)
