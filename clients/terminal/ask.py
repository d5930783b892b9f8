"""`parley ask`: one question or one run; the reply goes to stdout as it comes, else to stderr."""

import json
import os
import signal
import sys
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from clients.python import (
    Cancellation,
    EventStream,
    MessageInput,
    ParleyError,
    Reconnecting,
    Run,
    Session,
    StreamEvent,
    TextDelta,
    Transcript,
    problem_sentence,
)
from clients.python.addresses import run_named
from clients.terminal.inert import inert
from clients.terminal.options import parser

WHOLE, PROBLEM, MISUSED, UNREAD = 0, 1, 2, 141
"""Exit codes; the last is what a shell reports of SIGPIPE. Ctrl-C goes on to who called."""

ABOUT = "Asks one question, of the arguments or of stdin, and streams the reply to stdout."
ENDING = (
    f"Exit codes: {WHOLE} the reply is whole, {PROBLEM} a problem (told on stderr), "
    f"{MISUSED} wrong options, 130 interrupted, {UNREAD} nobody reads stdout any more; "
    "the last two stop the model, too."
)


def main(arguments: list[str]) -> int:
    """Ask, and return the exit code."""
    options = parser("parley ask", ABOUT, ENDING)
    options.add_argument("question", nargs="*", help="the question; stdin where absent")
    options.add_argument("--json", action="store_true", help="print the whole reply as JSON")
    other = options.add_mutually_exclusive_group()
    other.add_argument("--run", metavar="RUN", help="print the reply of this run (id or link)")
    other.add_argument("--stop", metavar="RUN", help="stop this run (id or link)")
    chosen = options.parse_intermixed_args(arguments)
    _prepare_process()
    try:
        session = Session(chosen.api, token=chosen.token)
    except ValueError as error:
        _tell(str(error))
        return MISUSED
    with session:
        if chosen.stop:
            return _stop_run(session, run_named(chosen.stop))
        asking = Asking(session, chosen.assistant, chosen.json)
        if chosen.run:
            return asking.join(run_named(chosen.run))
        question = " ".join(chosen.question) or _read_question()
        return asking.ask(question.encode(errors="replace").decode())


@dataclass
class Asking:
    """One question on its way."""

    session: Session
    assistant: str | None
    as_json: bool
    transcript: Transcript = field(default_factory=Transcript)
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    """By it the run is found again where it has to be stopped before it has told its id."""
    history: list[MessageInput] = field(default_factory=list)
    """What was asked; empty where a run was joined."""

    def ask(self, question: str) -> int:
        """The exit code, once everything is told."""
        if (history := self.transcript.ask(question)) is None:
            return self._conclude()
        self.history = history
        return self._read(self.session.stream(history, self.assistant, idempotency_key=self.key))

    def join(self, run_id: str) -> int:
        """The same for a run that was started elsewhere. Leaving it stops nothing."""
        try:
            run = self.session.run(run_id)
        except ParleyError as error:
            return _refuse(error.sentence)
        if not isinstance(run, Run):
            return _refuse(problem_sentence(run))
        self.transcript = Transcript.joining(run)
        return self._read(self.session.follow(run_id))

    def _read(self, stream: EventStream) -> int:
        try:
            try:
                with stream as events:
                    for event in events:
                        self._take(event)
            except ParleyError as error:
                self.transcript.fail(error)
            return self._conclude()
        except KeyboardInterrupt:
            self._stop()
            raise
        except BrokenPipeError:
            self._stop()
            # Python would try to flush once more when it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return UNREAD

    def _take(self, event: StreamEvent) -> None:
        if isinstance(event, Reconnecting) and not self.transcript.reconnecting:
            _tell("The connection was lost. Trying again …")
        self.transcript.apply(event)
        if isinstance(event, TextDelta) and not self.as_json:
            _print(inert(event.text))

    def _conclude(self) -> int:
        transcript = self.transcript
        reply = transcript.messages[-1] if transcript.messages else None
        if reply and self.as_json:
            _print(_json_line(reply.to_state()))
        elif reply and reply.content:
            _print("" if reply.content.endswith("\n") else "\n")
        if reply and reply.spent:
            facts = [reply.tokens_text, f"cost {reply.cost_text}", f"run {reply.run_id}"]
            _tell(", ".join(facts))
        if sentence := transcript.problem.sentence if transcript.problem else reply and reply.note:
            _tell(sentence)
        return WHOLE if reply and reply.status == "done" else PROBLEM

    def _stop(self) -> None:
        """Stop the model that was asked here, for whose words nobody waits any more."""
        if not self.transcript.busy or not self.history:
            return
        run_id = self.transcript.run_id
        with suppress(ParleyError):  # an API that cannot be reached cannot be told
            if not run_id:
                started = self.session.start(self.history, self.assistant, idempotency_key=self.key)
                run_id = started.id if isinstance(started, Run) else None
            if run_id:
                self.session.cancel(run_id)


def _stop_run(session: Session, run_id: str) -> int:
    try:
        answer = session.cancel(run_id)
    except ParleyError as error:
        return _refuse(error.sentence)
    if not isinstance(answer, Cancellation):
        return _refuse(problem_sentence(answer))
    _tell(f"Run {answer.run_id}: {answer.outcome.lower().replace('_', ' ')}")
    return WHOLE


def _prepare_process() -> None:
    """Any bytes may be read and any letters printed; a closed terminal interrupts like Ctrl-C."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    for ending in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):  # not on Windows
        if signal.getsignal(ending) != signal.SIG_IGN:
            signal.signal(ending, signal.default_int_handler)


def _read_question() -> str:
    if sys.stdin.isatty():
        _tell("Write the question; Ctrl-D sends it.")
    return sys.stdin.read()


def _json_line(document: object) -> str:
    """Exact and inert: what a terminal might obey is written as `\\u….`."""
    text = json.dumps(document, ensure_ascii=False)
    return "".join(_escaped(text)) + "\n"


def _escaped(text: str) -> Iterable[str]:
    return (c if inert(c) == c else f"\\u{ord(c):04x}" for c in text)


def _refuse(sentence: str) -> int:
    _tell(sentence)
    return PROBLEM


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _tell(text: str) -> None:
    print(inert(text), file=sys.stderr, flush=True)
