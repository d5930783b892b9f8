"""What hostile words achieve, and whom a frontend talks to."""

from conformance.nonconformity import Nonconformity
from conformance.payloads import PAYLOADS
from conformance.scenario import scenario
from conformance.stage import Stage

AT_ONCE = 12


@scenario("C25", f"{len(PAYLOADS)} hostile replies run nothing and fetch nothing")
def hostile_replies(stage: Stage) -> None:
    screen = stage.open()
    screen.set_traps()
    for start in range(0, len(PAYLOADS), AT_ONCE):
        # also together: what one leaves open, the next might use
        stage.upstream.reply([f"{payload}\n\n" for payload in PAYLOADS[start : start + AT_ONCE]])
        screen.ask_and_wait("<img src=x onerror=pwned()>")
        for intrusion in screen.intrusions():
            raise Nonconformity(intrusion)
    screen.await_same(
        "a question in HTML is drawn as",
        lambda: screen.questions[-1],
        "<img src=x onerror=pwned()>",
    )
    screen.ask_and_wait("Still there?")
    screen.await_same("after all that, it answers", lambda: screen.replies[-1], "Still there?")


@scenario("C26", "No request leaves the machine")
def staying_home(stage: Stage) -> None:
    screen = stage.open()
    stage.upstream.reply(["![a](https://images.example/a.png) [b](https://pages.example/)"])
    screen.ask_and_wait("Who?")
    screen.downloaded("JSON")
    screen.put_newest_first(True)
    screen.choose_assistant(stage.assistants[1].name)
    screen.await_same("the heading is", lambda: screen.title, stage.assistants[1].name)
    screen.do("Clear conversation")
    screen.until(lambda: not screen.questions, "Clear leaves the conversation as it is")
    screen.ask_and_wait("Still there?")
    screen.reload()
    screen.await_replies("Still there?")
    if stage.outside:
        raise Nonconformity(f"other machines are asked: {', '.join(stage.outside[:3])}")
