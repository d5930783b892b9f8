"""How a terminal is examined: contrast, names, what does not fit, what hostile replies achieve."""

import re
from collections.abc import Sequence
from typing import Any

from textual.widget import Widget
from textual.widgets import Button, Checkbox, OptionList

from clients.terminal.conversation import Conversation, MessageView
from conformance.windows.pilots import PilotedApp

LEAST_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3 (AA): of text, whose size a terminal does not tell."""
MARK = 3
"""Columns of a box that can be ticked."""
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
LETTER = re.compile(r"\w")


def name_of(widget: Widget | None) -> str:
    """What a person calls it; empty where nothing says."""
    if widget is None:
        return ""
    if isinstance(widget, Button | Checkbox):
        return str(widget.label)
    if isinstance(widget, MessageView):
        return f"Message of {widget.message.role}"
    if isinstance(widget, OptionList) and widget.id == "starters":
        return "Starters"
    return str(widget.border_title or widget.tooltip or "")


def barriers(piloted: PilotedApp) -> list[str]:
    """Too little contrast, parts without a name, and ways of the keyboard that don't come round."""
    return [*faint(piloted), *nameless(piloted), *trapped(piloted)]


def faint(piloted: PilotedApp) -> list[str]:
    """Words with too little contrast, as they are drawn."""
    found = {}
    for row, strip in enumerate(piloted.strips):
        column = 0
        for segment in strip:
            text, style, _ = segment
            if style and style.color and style.bgcolor and LETTER.search(text):
                ratio = contrast(style.color.get_truecolor(), style.bgcolor.get_truecolor())
                if ratio < LEAST_CONTRAST and not _is_inactive(piloted, column, row):
                    found[text.strip()] = ratio
            column += segment.cell_length
    return [f"{text!r} has a contrast of {ratio:.1f} to 1" for text, ratio in found.items()]


def _is_inactive(piloted: PilotedApp, column: int, row: int) -> bool:
    """WCAG exempts what cannot be used now, and the mark of a box that isn't ticked is hidden."""
    widget, _ = piloted.call(lambda: piloted.app.screen.get_widget_at(column, row))
    if isinstance(widget, Checkbox) and not widget.value and column < widget.region.x + MARK:
        return True
    return bool(widget.disabled or widget.has_class("-disabled"))


def nameless(piloted: PilotedApp) -> list[str]:
    chain: list[Widget] = piloted.call(lambda: list(piloted.app.screen.focus_chain))
    without = [widget for widget in chain if not name_of(widget)]
    return [f"a {type(widget).__name__} that takes the focus has no name" for widget in without]


def trapped(piloted: PilotedApp) -> list[str]:
    """Tab must lead through everything that takes the focus, and back to where it began."""
    app = piloted.app
    chain: list[Widget] = piloted.call(lambda: list(app.screen.focus_chain))
    piloted.call(lambda: app.query_one("#message").focus())
    visited = []
    for _ in chain:
        visited.append(app.focused)
        piloted.press("tab")
    missed = [name_of(widget) for widget in chain if widget not in visited]
    found = [f"Tab does not lead to “{name}”" for name in missed]
    if app.focused is not visited[0]:
        found.append(f"Tab does not come round: it ends at “{name_of(app.focused)}”")
    piloted.call(lambda: app.query_one("#message").focus())
    return found


def contrast(front: Sequence[int], back: Sequence[int]) -> float:
    """WCAG's ratio of two colours, 1 to 21 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""
    light, dark = sorted((_luminance(front), _luminance(back)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Sequence[int]) -> float:
    parts = (part / 255 for part in color)
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def misfits(piloted: PilotedApp, parts: Sequence[Widget | None]) -> list[str]:
    """Parts that reach beyond the window's sides, and needed ones that are not wholly in sight."""
    screen = piloted.app.screen
    found = []
    for widget in piloted.call(lambda: list(screen.query("#chat *"))):
        region = widget.region
        if region.area and (region.x < 0 or region.right > screen.size.width):
            found.append(f"{name_of(widget) or type(widget).__name__} is cut off at the side")
    for part in parts:
        if part is None or not screen.region.contains_region(part.region):
            found.append(f"{name_of(part) or 'Send'} is out of sight")
    return found


class Traps:
    """Notices what reaches the terminal, and what is opened."""

    def __init__(self, piloted: PilotedApp) -> None:
        self._piloted = piloted
        self._theme = piloted.app.theme
        self._opened: list[str] = []
        app: Any = piloted.app
        app.open_url = lambda url, **_: self._opened.append(url)

    def sprung(self, conversation: Conversation) -> list[str]:
        """One sentence for each that was sprung; all of the conversation is looked through."""
        app, call = self._piloted.app, self._piloted.call
        call(lambda: conversation.scroll_home(animate=False, immediate=True))
        controls: set[str] = set()
        while True:
            self._piloted.pause()
            controls |= set(CONTROLS.findall(self._piloted.text.replace("\n", "")))
            self._click_links()
            if conversation.scroll_y >= conversation.max_scroll_y:
                break
            call(lambda: conversation.scroll_page_down(animate=False))
        signs = {
            f"control characters reach the terminal: {sorted(controls)!r}": controls,
            f"a click on the model's words opens {self._opened[:1]}": self._opened,
            "the model's words ended the program": not app.is_running,
            "the model's words changed the colours": app.theme != self._theme,
        }
        return [sentence for sentence, is_sprung in signs.items() if is_sprung]

    def _click_links(self) -> None:
        for row, line in enumerate(self._piloted.text.splitlines()):
            column = line.find("click")
            if column >= 0:
                self._piloted.click(offset=(column, row))
