"""How words are drawn: markup, letters of the world, and very many of them."""

from statistics import median

from clients.python import Run
from conformance.nonconformity import Nonconformity
from conformance.scenario import Level, scenario
from conformance.screens import Screen
from conformance.screens.screen import run_together
from conformance.stage import Stage

RICH = ["| a | b |\n|---|---|\n| 1 | 2 |\n\n", "```python\nprint('hi')\n```\n"]

QUESTION = "مرحبا שלום e\u0301 👩🏽‍🚀 日本\u200bx"
REPLY_PIECES = (
    "עברית و عربي ",  # right to left
    "👩",
    "🏽",
    "‍",
    "🚀 🏳️‍🌈 ",  # one person and one flag, in pieces
    "e",
    "\u0301 \u1112\u1161\u11ab ",  # combining marks, uncomposed
    "a\u200bb\u200cc\u2060d ",  # zero width
    "\U0001d518 \uff46 \ufb01 İ ß ẞ",  # beyond the first plane; what normalising would change
)
LONG = 200
"""Messages in a long conversation, the contract's greatest history included."""
SAMPLES = 9
MOST_SECONDS = 1.0
MOST_TIMES = 5.0


@scenario("C30", "Code and tables are drawn as such")
def drawing(stage: Stage) -> None:
    screen = stage.open()
    stage.upstream.reply(RICH)
    screen.ask_and_wait("Show")
    screen.await_same("of code and table are drawn", screen.drawn_parts, {"code", "table"})
    if "|---|" in screen.text or "```" in screen.text:
        raise Nonconformity("Markdown's own signs are drawn")


@scenario("C27", "Letters of the world stay as they are: RTL, emoji, combining, zero-width")
def letters(stage: Stage) -> None:
    screen, reply = stage.open(), "".join(REPLY_PIECES)
    stage.upstream.reply(REPLY_PIECES)
    screen.ask_and_wait(QUESTION)
    if stage.asked() != [QUESTION]:
        raise Nonconformity(f"the model is asked {stage.asked()!r} instead of {QUESTION!r}")
    screen.await_same("letter by letter, is drawn", lambda: screen.verbatim[1:], [QUESTION, reply])
    screen.await_same("the replies read", lambda: screen.replies, [run_together(reply)])
    if not screen.leans_right():
        raise Nonconformity("a message in Hebrew is not drawn from right to left")


@scenario("C24", f"A conversation of {LONG} messages stays responsive")
def staying_responsive(stage: Stage) -> None:
    empty = response_times(stage.open(), stage)
    stage.clear()
    full = response_times(long_conversation(stage), stage)
    for what, before, now in zip(("key", "word"), empty, full, strict=True):
        if now > max(MOST_SECONDS, MOST_TIMES * before):
            raise Nonconformity(
                f"with {LONG} messages a {what} takes {now:.2f} s to be seen, with 2 {before:.2f} s"
            )


def long_conversation(stage: Stage) -> Screen:
    """A window in which one more question makes 200 messages."""
    said = [
        {"role": ("USER", "ASSISTANT")[place % 2], "content": f"Said {place}: *some* words."}
        for place in range(LONG - 3)
    ]
    stage.upstream.reply("The last for now.")
    run = stage.session.start(said)
    assert isinstance(run, Run), run
    screen = stage.open(run=run.id)
    screen.until(
        lambda: screen.replies[-1:] == ["The last for now."], "a long run cannot be joined"
    )
    screen.await_idle()
    return screen


def response_times(screen: Screen, stage: Stage) -> tuple[float, float]:
    """Medians, in seconds: from a key to its letter, and from a word of the model to its sight."""
    gate = stage.upstream.reply([f"w{i}x " for i in range(SAMPLES + 1)], gated=True)
    screen.ask("Go on")
    gate.release()
    screen.until(lambda: screen.replies and screen.replies[-1] == "w0x", "no word appears")
    screen.write("keys: ")
    if not screen.reach("Message"):
        raise Nonconformity("the keyboard does not get to the message box")
    screen.press("End")
    keys = [
        screen.seconds_to_paint(lambda: screen.press("k"), "keys: " + "k" * (place + 1))
        for place in range(SAMPLES)
    ]
    words = [screen.seconds_to_paint(gate.release, f"w{place + 1}x") for place in range(SAMPLES)]
    gate.open()
    screen.write("")
    screen.await_idle()
    return median(keys), median(words)


@scenario("C33", "A whole reply is announced once, and not word by word", Level.SHOULD)
def announcing(stage: Stage) -> None:
    screen, gate = stage.open(), stage.upstream.reply(["A **bold**", " word."], gated=True)
    screen.ask("Who?")
    gate.release()
    screen.await_replies("A bold")
    screen.until(
        lambda: "writ" in screen.announced,
        "nobody who can't see it is told that a reply is being written",
    )
    if "bold" in screen.announced:
        raise Nonconformity("the words of a growing reply are announced one by one")
    gate.open()
    screen.until(lambda: "A bold word." in screen.announced, "the whole reply is not announced")
