"""A reply as it comes, and what a person does with it meanwhile and afterwards."""

from conformance.nonconformity import Nonconformity
from conformance.scenario import scenario
from conformance.stage import Stage


def counted(count: int) -> str:
    """What the scripted model says in `count` words."""
    return " ".join(f"t{i}" for i in range(count))


@scenario("C03", "Words appear before the model has finished")
def streaming(stage: Stage) -> None:
    screen, gate = stage.open(), stage.upstream.numbered(6, gated=True)
    screen.ask("Count to six")
    for count in (2, 4):
        gate.release(2)
        screen.await_same(
            "while the model still writes, the replies are",
            lambda: screen.replies,
            [counted(count)],
        )
    if not stage.upstream.requests[0].active:
        raise Nonconformity("the model had finished before its words were seen")
    gate.open()
    screen.await_idle()
    screen.await_replies(counted(6))


@scenario("C04", "Stop disconnects the model and keeps what came")
def stopping(stage: Stage) -> None:
    screen, gate = stage.open(), stage.upstream.numbered(50, gated=True)
    screen.ask("Count")
    gate.release(3)
    screen.await_replies(counted(3))
    screen.do("Stop")
    request = stage.upstream.requests[0]
    screen.until(lambda: request.closed_early, "after Stop the model goes on writing")
    screen.await_idle()
    screen.await_replies(counted(3))
    screen.until(lambda: "Stopped." in screen.text, "a stopped reply does not say “Stopped.”")
    if screen.alert:
        raise Nonconformity(f"Stop is told as a failure: {screen.alert!r}")


@scenario("C08", "Regenerate replaces the reply to the same question")
def regenerating(stage: Stage) -> None:
    screen = stage.open()
    stage.upstream.reply("One.")
    stage.upstream.reply("Two.")
    screen.ask_and_wait("Who?")
    screen.await_replies("One.")
    screen.await_offer("Regenerate")
    screen.do("Regenerate")
    screen.await_replies("Two.")
    screen.await_idle()
    first, second = (request.messages for request in stage.upstream.requests)
    if first != second:
        raise Nonconformity(f"Regenerate sends another conversation: {second!r}, not {first!r}")


@scenario("C09", "Clear in mid-answer stops the model and begins anew")
def clearing(stage: Stage) -> None:
    screen, gate = stage.open(), stage.upstream.numbered(50, gated=True)
    screen.ask("Count")
    gate.release(2)
    screen.await_replies(counted(2))
    screen.do("Clear conversation")
    screen.until(lambda: not screen.questions, "Clear leaves the conversation as it is")
    request = stage.upstream.requests[0]
    screen.until(lambda: request.closed_early, "after Clear the model goes on writing")
    screen.await_idle()
    screen.await_same("after Clear, the session's cost says", lambda: screen.cost, "")
    screen.await_same("after Clear, the window is linked to run", lambda: screen.run_id, "")
    screen.await_offer(stage.assistants[0].starters[0])
    screen.ask_and_wait("Echo")
    screen.await_replies("Echo")
    asked = stage.asked(-1)
    if asked != ["Echo"]:
        raise Nonconformity(f"after Clear the model is still sent {asked!r}")


@scenario("C13", "Newest first turns the conversation over, and back")
def newest_first(stage: Stage) -> None:
    screen = stage.open()
    screen.ask_and_wait("One?")
    screen.put_newest_first(True)
    screen.ask_and_wait("Two?")
    words = [stage.assistants[0].greeting, "One?", "One?", "Two?", "Two?"]

    def drawn() -> list[str]:
        return [said.words for said in screen.drawn]

    screen.await_same("newest first, the messages are", drawn, words[::-1])
    screen.put_newest_first(False)
    screen.await_same("oldest first, the messages are", drawn, words)


@scenario("C29", "A reply is copied as the model wrote it")
def copying(stage: Stage) -> None:
    screen, markdown = stage.open(), 'A **bold** word, `code`, and "quotes" & <tags>.'
    stage.upstream.reply([markdown])
    screen.ask_and_wait("Who?")
    copied = screen.copied_reply()
    if copied != markdown:
        raise Nonconformity(f"the copy of a reply is {copied!r} instead of {markdown!r}")
