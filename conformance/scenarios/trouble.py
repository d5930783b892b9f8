"""What goes wrong, and what is said and offered then."""

import re

from conformance.nonconformity import Nonconformity
from conformance.scenario import scenario
from conformance.scenarios.answering import counted
from conformance.screens import Screen
from conformance.stage import Stage

SENTENCE = re.compile(r"[A-Z].{15,}[.…]")
SECRETS = ("sk-test", "/srv/", "Traceback", "Exception", "127.0.0.1")


def alerted(screen: Screen) -> str:
    """The alert, which must be a helpful sentence."""
    alert = screen.await_alert()
    if not SENTENCE.match(alert):
        raise Nonconformity(f"the alert is no sentence: {alert!r}")
    for secret in SECRETS:
        if secret in alert:
            raise Nonconformity(f"the alert tells {secret!r}: {alert!r}")
    return alert


@scenario("C05", "A failure before the first word is a sentence")
def failing_at_once(stage: Stage) -> None:
    screen = stage.open()
    stage.upstream.fault("server_error", always=True)
    screen.ask("Who is Robin?")
    alerted(screen)
    screen.await_idle()
    screen.await_same("the questions are", lambda: screen.questions, ["Who is Robin?"])
    screen.await_offer("Retry")


@scenario("C06", "A failure in mid-stream keeps the words that came, and says so")
def failing_in_mid_stream(stage: Stage) -> None:
    screen = stage.open()
    stage.upstream.fault("connection_reset", after_tokens=3)
    screen.ask("Count")
    alerted(screen)
    screen.await_replies(counted(3))
    screen.await_offer("Retry")


@scenario("C07", "Retry asks the same again, and the alert goes")
def retrying(stage: Stage) -> None:
    screen = stage.open()
    stage.upstream.fault("server_error", always=True)
    screen.ask("Who is Robin?")
    screen.await_alert()
    screen.await_offer("Retry")
    stage.upstream.reset()
    stage.upstream.reply("Dick Grayson.")
    screen.do("Retry")
    screen.await_replies("Dick Grayson.")
    screen.until(lambda: not screen.alert, "the alert stays although Retry has brought a reply")
    asked = stage.asked()
    if asked != ["Who is Robin?"]:
        raise Nonconformity(f"Retry sends the model {asked!r}")


@scenario("C34", "Where no retry helps, none is offered")
def refused(stage: Stage) -> None:
    screen = stage.open()
    stage.upstream.fault("prompt_refused", always=True)
    screen.ask("Who is Robin?")
    alerted(screen)
    screen.await_idle()
    if screen.offers("Retry"):
        raise Nonconformity("Retry is offered although the problem says that it is not retryable")


@scenario("C32", "A link to an unknown run says so, and one can go on")
def unknown_run(stage: Stage) -> None:
    screen = stage.open(run="nowhere")
    alert = alerted(screen)
    if "no run" not in alert:
        raise Nonconformity(f"the alert does not say that there is no such run: {alert!r}")
    screen.ask_and_wait("Who?")
    screen.await_replies("Who?")
    screen.until(lambda: not screen.alert, "the alert stays after a question that was answered")
