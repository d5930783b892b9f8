"""How a conversation begins."""

from conformance.nonconformity import Nonconformity
from conformance.scenario import scenario
from conformance.stage import MODEL, Stage


@scenario("C01", "The first window is whole without any network but this machine's")
def first_window(stage: Stage) -> None:
    screen, assistant = stage.open(), stage.assistants[0]
    screen.await_same("the heading is", lambda: screen.title, assistant.name)
    screen.until(lambda: MODEL in screen.text, f"nothing says which model answers ({MODEL})")
    for starter in assistant.starters:
        screen.await_offer(starter)
    for action in ("Send", "Clear conversation", "Download CSV", "Download JSON"):
        screen.await_button(action)
    screen.await_same("the message box holds", lambda: screen.draft, "")
    if stage.outside:
        raise Nonconformity(f"opening it asks other machines: {', '.join(stage.outside[:3])}")


@scenario("C02", "Enter sends the question, the box empties, the reply appears")
def sending(stage: Stage) -> None:
    screen = stage.open()
    stage.upstream.reply("Bruce Wayne.")
    screen.ask("Who is Batman?")
    screen.await_same("after sending, the message box holds", lambda: screen.draft, "")
    screen.await_replies("Bruce Wayne.")
    screen.await_idle()
    screen.await_same("the questions are", lambda: screen.questions, ["Who is Batman?"])
    asked = stage.asked()
    if asked != ["Who is Batman?"]:
        raise Nonconformity(f"the model was asked {asked!r}")
    screen.ask_and_wait("And Robin?")
    asked = stage.asked(1)
    if asked != ["Who is Batman?", "Bruce Wayne.", "And Robin?"]:
        raise Nonconformity(f"with the second question the model was sent {asked!r}")


@scenario("C28", "A starter is asked with one action, and then makes room")
def starters(stage: Stage) -> None:
    screen, starter = stage.open(), stage.assistants[0].starters[0]
    stage.upstream.reply("Stan Lee and Steve Ditko.")
    screen.await_offer(starter)
    screen.do(starter)
    screen.await_replies("Stan Lee and Steve Ditko.")
    screen.await_same("the questions are", lambda: screen.questions, [starter])
    screen.until(
        lambda: not screen.offers(stage.assistants[0].starters[-1]),
        "the starters stay although the conversation has begun",
    )


@scenario("C14", "A question's characters are counted, and more than its cap are not sent")
def cap(stage: Stage) -> None:
    screen, limit = stage.open(), stage.assistants[0].question_length_limit or 0
    within, beyond = "x" * (limit - 1) + "🦸", "x" * limit + "🦸"
    screen.write(within)
    screen.await_same("the counter says", lambda: screen.counter, f"{limit} / {limit}")
    screen.write(beyond)
    screen.await_same("the counter says", lambda: screen.counter, f"{limit + 1} / {limit}")
    screen.press("Enter")
    screen.until(
        lambda: screen.alert or screen.questions,
        "a question that is too long is neither refused nor sent",
    )
    if stage.upstream.requests or screen.questions:
        raise Nonconformity(f"a question of {limit + 1} characters is sent; {limit} are allowed")
    for number in (limit, limit + 1):
        if str(number) not in screen.alert:
            raise Nonconformity(f"the refusal does not name {number}: {screen.alert!r}")
    screen.await_same("a refused question is lost: the box holds", lambda: screen.draft, beyond)
    screen.write(within)
    screen.press("Enter")
    screen.await_replies(within)
    screen.until(lambda: not screen.alert, "the alert stays after a question that was sent")
