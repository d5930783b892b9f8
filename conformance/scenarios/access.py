"""Everybody can use it: by keyboard, with a screen reader, in the dark, in a small window."""

from conformance.nonconformity import Nonconformity
from conformance.scenario import scenario
from conformance.scenarios.answering import counted
from conformance.screens import Screen
from conformance.stage import Stage

RICH = """A **word**, `code`, [a link](https://a.example).

```python
x = 1
```

| a | b |
|---|---|
| 1 | 2 |

"""
MOST_TOLD = 3
WIDE = ["| A wide table | with | many | columns | and words |\n|-|-|-|-|-|\n|1|2|3|4|5|"]


def examine(screen: Screen, when: str) -> None:
    found = screen.barriers()
    if found:
        more = f" (and {len(found) - MOST_TOLD} more)" if found[MOST_TOLD:] else ""
        raise Nonconformity(f"{when}, {'; '.join(found[:MOST_TOLD])}{more}")


def use_everything(stage: Stage, dark: bool) -> None:
    """Every state that people meet, examined."""
    screen = stage.open(dark=dark)
    screen.await_offer(stage.assistants[0].starters[0])
    examine(screen, "before the first question")
    gate = stage.upstream.reply([RICH, " More."], gated=True)
    screen.ask("Who?")
    gate.release()
    screen.until(
        lambda: screen.replies and "A word" in screen.replies[0], "the reply does not appear"
    )
    examine(screen, "while a reply is written")
    gate.open()
    screen.await_idle()
    stage.upstream.fault("server_error", always=True)
    screen.ask_and_wait("And now?")
    screen.await_offer("Retry")
    screen.write("x" * 51)
    examine(screen, "after a failure")


@scenario("C21", "WCAG 2.2 AA in light colours, at every stage of a conversation")
def in_the_light(stage: Stage) -> None:
    use_everything(stage, dark=False)


@scenario("C22", "WCAG 2.2 AA in dark colours, at every stage of a conversation")
def in_the_dark(stage: Stage) -> None:
    use_everything(stage, dark=True)


@scenario("C20", "The keyboard alone is enough")
def by_keyboard(stage: Stage) -> None:
    screen, gate = stage.open(), stage.upstream.numbered(50, gated=True)
    if not screen.reach("Message"):
        raise Nonconformity("the keyboard does not get to the message box")
    screen.press(*"Count", screen.NEW_LINE, *"on", "Enter")
    gate.release(2)
    screen.await_replies(counted(2))
    if stage.asked() != ["Count\non"]:
        raise Nonconformity(f"what was typed in two lines was sent as {stage.asked()!r}")
    act_by_keyboard(screen, "Stop")
    screen.until(
        lambda: stage.upstream.requests[0].closed_early, "Stop does nothing when used by keyboard"
    )
    screen.await_idle()
    screen.until(lambda: screen.focused, "after Stop the keyboard's place is lost")
    act_by_keyboard(screen, "Regenerate")
    screen.await_replies("Count on")
    screen.await_idle()
    act_by_keyboard(screen, "Clear conversation")
    screen.until(lambda: not screen.questions, "Clear does nothing when used by keyboard")
    for name in ("Assistant", "Newest first", "Download CSV"):
        if not screen.reach(name):
            raise Nonconformity(f"the keyboard does not get to “{name}”")


def act_by_keyboard(screen: Screen, name: str) -> None:
    screen.await_offer(name)
    if not screen.reach(name):
        raise Nonconformity(f"the keyboard does not get to “{name}”")
    screen.act_by_keyboard(name)


@scenario("C23", "A phone (390 pixels; a terminal of 40 columns) shows everything")
def on_a_phone(stage: Stage) -> None:
    screen = stage.open(phone=True)
    examine_size(screen, "before the first question")
    gate = stage.upstream.reply([*WIDE, "\n\nThe end."], gated=True)
    screen.do(stage.assistants[0].starters[0])
    gate.release()
    screen.until(lambda: "table" in screen.drawn_parts(), "a reply's table is not drawn")
    gate.open()
    screen.await_idle()
    screen.until(lambda: "The end." in screen.text, "the reply's last words cannot be read")
    examine_size(screen, "after a reply")
    examine(screen, "in a small window")


def examine_size(screen: Screen, when: str) -> None:
    screen.until(lambda: not screen.misfits(), lambda: f"{when}, {screen.misfits()[0]}")
