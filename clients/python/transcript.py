"""Folds a run's events into what a screen shows. No input, no output: a frontend only paints it.

Every frontend's transcript, in every language, behaves as `clients/fixtures` tells.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clients.python import export, questions, sentences
from clients.python._generated import (
    Assistant,
    MessageInput,
    Role,
    Run,
    RunStarted,
    TextDelta,
)
from clients.python.endings import Notice, note_of, notice_of, spent_by, status_of
from clients.python.errors import ParleyError
from clients.python.events import Ending, Reconnecting, StreamEvent, is_ending
from clients.python.history import history_of
from clients.python.messages import Author, ChatMessage, Spent, Status, Totals, totals_of


@dataclass(slots=True)
class Transcript:
    """One conversation. Mutable, and small enough to be kept as JSON with every change."""

    greeting: str = ""
    question_limit: int | None = None
    messages: list[ChatMessage] = field(default_factory=list)
    run_id: str | None = None
    """The run that is going, or the last one."""
    last_seq: int = -1
    """`seq` of the last event of that run."""
    reconnecting: bool = False
    problem: Notice | None = None
    dropped: list[Spent] = field(default_factory=list)
    """What replies cost that are no longer shown; it was spent all the same."""

    @classmethod
    def for_assistant(cls, assistant: Assistant) -> "Transcript":
        """An empty conversation with this assistant."""
        return cls(greeting=assistant.greeting, question_limit=assistant.question_length_limit)

    @classmethod
    def joining(cls, run: Run, assistant: Assistant | None = None) -> "Transcript":
        """A run that somebody started elsewhere; apply `follow(run.id)` from its beginning."""
        joined = cls.for_assistant(assistant) if assistant else cls()
        for said in run.history:
            author: Author = "user" if said.role == Role.USER else "assistant"
            joined.messages.append(ChatMessage(author, said.content))
        joined._await_reply()
        joined.run_id = joined.messages[-1].run_id = run.id
        return joined

    @property
    def busy(self) -> bool:
        """True while a reply is awaited."""
        return bool(self.messages) and self.messages[-1].status == "streaming"

    @property
    def can_regenerate(self) -> bool:
        """True where there is a question whose reply may be asked for again."""
        return not self.busy and any(message.role == "user" for message in self.messages)

    def ask(self, question: str) -> list[MessageInput] | None:
        """Show the question and await its reply: the history to send.

        None where it may not be sent; `problem` then says why.
        """
        refusal = sentences.STILL_BUSY if self.busy else self.refusal(question)
        if refusal:
            self.problem = Notice("Question", refusal, retryable=False)
            return None
        self.messages.append(ChatMessage("user", questions.question_of(question)))
        return self._await_reply()

    def regenerate(self) -> list[MessageInput] | None:
        """Drop the last reply and await another: the history to send; None where there is none.

        What the dropped reply cost stays in the totals.
        """
        if not self.can_regenerate:
            return None
        while self.messages[-1].role != "user":
            reply = self.messages.pop()
            self.dropped += [reply.spent] if reply.spent else []
        return self._await_reply()

    def apply(self, event: StreamEvent) -> None:
        """Fold one event in. Repeated, unknown and other runs' events change nothing."""
        if not self.busy:
            return
        if isinstance(event, Reconnecting):
            self.reconnecting = True
        elif self._is_news(event.run_id, event.seq, is_ending(event)):
            self.reconnecting = False
            if is_ending(event):
                self._end(event)
            elif isinstance(event, RunStarted):
                self.messages[-1].model = event.model
            elif isinstance(event, TextDelta):
                self.messages[-1].content += event.text

    def stop(self) -> None:
        """Settle a reply whose stream is no longer read, as stopped. Changes nothing if none is."""
        self._settle("stopped", sentences.STOPPED)

    def fail(self, error: ParleyError) -> None:
        """Show that the API could not be asked, or was lost in the middle of a reply."""
        self._settle("incomplete" if self._has_text else "failed", error.sentence)
        self.problem = Notice(type(error).__name__, error.sentence, error.retryable)

    def clear(self) -> None:
        """Begin a new conversation; totals begin anew, too."""
        fresh = Transcript(self.greeting, self.question_limit)
        for name in self.__slots__:
            setattr(self, name, getattr(fresh, name))

    def history(self) -> list[MessageInput]:
        """The conversation as it would be sent now."""
        return history_of(self.messages)

    def view(self, newest_first: bool = False) -> list[ChatMessage]:
        """The messages to draw, top to bottom, the greeting among them as the oldest."""
        greeting = [ChatMessage("assistant", self.greeting, "greeting")] if self.greeting else []
        drawn = [*greeting, *self.messages]
        return drawn[::-1] if newest_first else drawn

    def refusal(self, question: str) -> str | None:
        """Why this question cannot be sent, as a sentence; None where it can."""
        return questions.refusal(question, self.question_limit)

    def remaining(self, question: str) -> int | None:
        """Characters that are left for it; None where there is no cap."""
        return questions.remaining(question, self.question_limit)

    def counter(self, question: str) -> str:
        """`12 / 50`; empty where there is no cap."""
        return questions.counter(question, self.question_limit)

    @property
    def totals(self) -> Totals:
        """What all replies used, dropped ones included."""
        return totals_of([*self.dropped, *(m.spent for m in self.messages if m.spent)])

    @property
    def tokens_text(self) -> str:
        """Tokens of the conversation, to show."""
        return self.totals.tokens_text

    @property
    def cost_text(self) -> str:
        """Cost of the conversation, to show."""
        return self.totals.cost_text

    def to_csv(self) -> str:
        """The conversation as CSV; cells that look like formulas are guarded (see `export`)."""
        return export.to_csv((m.role, m.content) for m in self.messages if m.content)

    def csv_file(self) -> bytes:
        """The CSV as a file for spreadsheets."""
        return export.csv_file(self.to_csv())

    def to_json(self) -> str:
        """The conversation with its figures, as a JSON document to download."""
        messages = [message.to_state() for message in self.messages if message.content]
        return export.to_json({"messages": messages, "totals": self.totals.to_state()})

    def resume_point(self) -> tuple[str, int | None] | None:
        """What to `follow` after a reload: run id and last seq; None where no run is going."""
        if not self.busy or self.run_id is None:
            return None
        return self.run_id, self.last_seq if self.last_seq >= 0 else None

    def to_state(self) -> dict[str, Any]:
        """Everything, as JSON values."""
        return {
            "greeting": self.greeting,
            "questionLimit": self.question_limit,
            "messages": [message.to_state() for message in self.messages],
            "runId": self.run_id,
            "lastSeq": self.last_seq,
            "reconnecting": self.reconnecting,
            "problem": self.problem and self.problem.to_state(),
            "dropped": [spent.to_state() for spent in self.dropped],
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> "Transcript":
        """The transcript that `to_state` wrote."""
        problem = state["problem"]
        return cls(
            greeting=state["greeting"],
            question_limit=state["questionLimit"],
            messages=[ChatMessage.from_state(message) for message in state["messages"]],
            run_id=state["runId"],
            last_seq=state["lastSeq"],
            reconnecting=state["reconnecting"],
            problem=problem and Notice(**problem),
            dropped=[Spent.from_state(spent) for spent in state["dropped"]],
        )

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> "Transcript":
        """The same after a reload; a reply whose run isn't known yet cannot be resumed."""
        transcript = cls.from_state(state)
        if transcript.busy and transcript.run_id is None:
            transcript._settle("failed", sentences.LEFT_EARLY)
            transcript.problem = Notice("Reload", sentences.LEFT_EARLY, retryable=True)
        return transcript

    @property
    def _has_text(self) -> bool:
        return self.busy and bool(self.messages[-1].content)

    def _await_reply(self) -> list[MessageInput]:
        self.messages.append(ChatMessage("assistant", status="streaming"))
        self.run_id, self.last_seq = None, -1
        self.problem, self.reconnecting = None, False
        return self.history()

    def _is_news(self, run_id: str | None, seq: int | None, ending: bool) -> bool:
        if run_id is None or seq is None or self.run_id not in (None, run_id):
            return False
        if seq <= self.last_seq and not ending:
            return False
        self.run_id = self.messages[-1].run_id = run_id
        self.last_seq = max(self.last_seq, seq)
        return True

    def _end(self, event: Ending) -> None:
        reply = self.messages[-1]
        if event.reply and event.reply.content:
            reply.content = event.reply.content
        reply.spent = spent_by(event, late=self.last_seq > (event.seq or 0))
        reply.status, reply.note = status_of(event), note_of(event, reply.model)
        reply.model = event.answered_by or reply.model
        self.problem = notice_of(event)

    def _settle(self, status: Status, note: str) -> None:
        if self.busy:
            reply = self.messages[-1]
            reply.status, reply.note = status, note
            reply.spent = Spent(None, None) if reply.run_id else None
        self.reconnecting = False
