"""The React page, broken once for each scenario by a script that runs before its own."""

from pathlib import Path

from conformance.saboteurs.saboteur import PATIENCE, Saboteur
from conformance.stage import Stage
from conformance.windows.tabs import Tabs

SCRIPT = Path(__file__).with_name("breaks.js").read_text(encoding="utf-8")

PAGES = tuple(
    Saboteur(*row)
    for row in (
        ("C01", "a font comes from elsewhere", "asks other machines: https://fonts.example"),
        ("C02", "Enter does nothing", "Enter does not send the question"),
        ("C03", "a reply is shown when it is whole", "while the model still writes"),
        ("C04", "Stop reaches another run", "after Stop the model goes on writing"),
        ("C05", "alerts are numbers", "the alert is no sentence: 'Error 500'"),
        ("C06", "cut replies are hidden", "the replies are [''] instead of ['t0 t1 t2']"),
        ("C07", "Retry does nothing", "instead of ['Dick Grayson.']"),
        ("C08", "Regenerate changes the question", "Regenerate sends another conversation"),
        ("C09", "Clear does nothing", "Clear leaves the conversation as it is"),
        ("C10", "the CSV names its column otherwise", "the CSV has no column `role`"),
        ("C11", "the JSON lacks the last message", "the JSON holds"),
        ("C12", "costs are rounded", "tokens and dollars of the session are"),
        ("C13", "the switch of the order is dead", "newest first, the messages are"),
        ("C14", "the cap is another one", "the counter says '50 / 60'"),
        ("C15", "settings are not sent", "“Temperature” is set to 2"),
        ("C16", "the chosen assistant is not sent", "the model is asked as another assistant"),
        ("C17", "a reload forgets all", "the replies are [] instead of ['t0 t1 t2 t3']"),
        ("C18", "a lost connection is never tried again", "Send does not take Stop's place"),
        ("C19", "the link's run is ignored", "the joined run's question is []"),
        ("C20", "Stop is left out by the Tab key", "the keyboard does not get to “Stop”"),
        ("C21", "faint words in light colours", "color-contrast"),
        ("C22", "faint words in dark colours", "color-contrast"),
        ("C23", "the page is wider than a phone", "pixels wide on a screen of 390"),
        ("C24", "each key looks at every message", "with 200 messages a key takes"),
        ("C25", "replies become HTML", "the model's words"),
        ("C26", "each question is counted elsewhere", "other machines are asked: https://metrics"),
        ("C27", "letters are normalised", "letter by letter, is drawn"),
        ("C28", "starters do nothing", "instead of ['Stan Lee and Steve Ditko.']"),
        ("C29", "copies lose their markup", "the copy of a reply is"),
        ("C30", "tables and code are not drawn", "of code and table are drawn set()"),
        ("C31", "settings are not explained", "nothing draws the setting"),
        ("C32", "an unknown run is told vaguely", "does not say that there is no such run"),
        ("C33", "each word is announced", "announced one by one"),
        ("C34", "Retry is always offered", "Retry is offered although"),
    )
)


def broken_page(stage: Stage, saboteur: Saboteur) -> Tabs:
    """Opens the stage's page as this saboteur leaves it."""
    assert isinstance(stage.windows, Tabs)
    script = f"(() => {{ {SCRIPT} BREAKS.{saboteur.scenario}(); }})()"
    return stage.windows.anew(script, PATIENCE)
