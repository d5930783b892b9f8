"""Runs that outlive a window, a connection and a server, and windows that join those of others."""

import threading

from clients.python import Run, RunCancelled, StreamEvent
from conformance.nonconformity import Nonconformity
from conformance.scenario import scenario
from conformance.scenarios.answering import counted
from conformance.stage import Stage


@scenario("C17", "A reload in mid-answer loses and doubles no word")
def reloading(stage: Stage) -> None:
    screen, gate = stage.open(), stage.upstream.numbered(12, gated=True)
    screen.ask("Count")
    gate.release(4)
    screen.await_replies(counted(4))
    screen.until(lambda: screen.run_id, "the window's link does not name the run (`?run=…`)")
    screen.reload()
    screen.await_ready()
    screen.await_replies(counted(4))
    screen.await_same("after a reload, the questions are", lambda: screen.questions, ["Count"])
    gate.release(4)
    screen.await_replies(counted(8))
    gate.open()
    screen.await_idle()
    screen.await_replies(counted(12))
    if len(stage.upstream.requests) != 1:
        raise Nonconformity(f"the model was asked {len(stage.upstream.requests)} times")


@scenario("C18", "When the API comes back after a kill, the words are kept and one goes on")
def restarting(stage: Stage) -> None:
    screen, gate = stage.open(), stage.upstream.numbered(50, gated=True)
    screen.ask("Count")
    gate.release(3)
    screen.await_replies(counted(3))
    stage.api.kill()
    try:
        alert = screen.await_alert()
        if "connection" not in alert.lower():
            raise Nonconformity(f"a lost connection is told as {alert!r}")
    finally:
        stage.api.start()
    screen.await_idle()
    screen.await_replies(counted(3))
    stage.upstream.reset()
    stage.upstream.reply("Again.")
    screen.await_offer("Retry")
    screen.do("Retry")
    screen.await_replies("Again.")
    screen.await_idle()


@scenario("C19", "A run that another frontend began is joined, followed and stopped for both")
def joining(stage: Stage) -> None:
    gate = stage.upstream.numbered(50, gated=True)
    run = stage.session.start([{"role": "USER", "content": "Count"}])
    assert isinstance(run, Run)
    seen: list[StreamEvent] = []
    other = threading.Thread(target=lambda: seen.extend(stage.session.follow(run.id)), daemon=True)
    other.start()
    gate.release(3)
    screen = stage.open(run=run.id)
    screen.await_same("the joined run's question is", lambda: screen.questions, ["Count"])
    screen.await_replies(counted(3))
    gate.release(2)
    screen.await_replies(counted(5))
    screen.await_offer("Stop")
    screen.do("Stop")
    screen.until(lambda: stage.upstream.requests[0].closed_early, "Stop does not stop a joined run")
    screen.await_idle()
    screen.await_replies(counted(5))
    screen.until(lambda: not other.is_alive(), "the other frontend still waits for the run's end")
    if not isinstance(seen[-1], RunCancelled):
        raise Nonconformity(f"the other frontend was told {type(seen[-1]).__name__}")
