"""`parley ask`: one question or one run; the reply goes to stdout as it comes, else to stderr."""

import json
import os
import signal
import sys
from collections.abc import Iterable

from clients.python import (
    Cancellation,
    Exchange,
    ParleyError,
    Reconnecting,
    Session,
    StreamEvent,
    TextDelta,
    Transcript,
    problem_sentence,
)
from clients.python.addresses import run_named
from clients.python.options import person_options
from clients.terminal.inert import inert

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
    options = person_options("parley ask", ABOUT, ENDING)
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
        exchange = Exchange(session, chosen.assistant)
        if chosen.run:
            return _told(exchange, exchange.join(run_named(chosen.run)), chosen.json)
        question = " ".join(chosen.question) or _read_question()
        events = exchange.ask(question.encode(errors="replace").decode())
        return _told(exchange, events, chosen.json)


def _told(exchange: Exchange, events: Iterable[StreamEvent], as_json: bool) -> int:
    """The exit code, once everything is told. Leaving it stops the model that was asked here."""
    try:
        for event in events:
            if isinstance(event, Reconnecting) and event.attempt == 1:
                _tell("The connection was lost. Trying again …")
            elif isinstance(event, TextDelta) and not as_json:
                _print(inert(event.text))
        return _conclude(exchange.transcript, as_json)
    except KeyboardInterrupt:
        exchange.stop()
        raise
    except BrokenPipeError:
        exchange.stop()
        # Python would try to flush once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD


def _conclude(transcript: Transcript, as_json: bool) -> int:
    reply = transcript.messages[-1] if transcript.messages else None
    if reply and as_json:
        _print(_json_line(reply.to_state()))
    elif reply and reply.content:
        _print("" if reply.content.endswith("\n") else "\n")
    if reply and reply.spent:
        _tell(", ".join([*reply.figures, f"run {reply.run_id}"]))
    if sentence := transcript.problem.sentence if transcript.problem else reply and reply.note:
        _tell(sentence)
    return WHOLE if reply and reply.status == "done" else PROBLEM


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
