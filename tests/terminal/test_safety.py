"""What the model says is shown, and does nothing to the terminal."""

import re
import unicodedata

import pytest

from clients.terminal.inert import inert
from tests.terminal.screen import Screen
from tests.upstream import FakeUpstream

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = (
    "\x1b]0;owned\x07 \x1b]52;c;b3duZWQ=\x07 \x1b[2J \x1b[?1049l \x9b31m \x9d0;owned\x9c \x08\x7f "
    "\x1b]8;;http://192.0.2.1/\x1b\\link\x1b]8;;\x1b\\ \u202egpj.exe\u202c \u2066x\u2069 a\u2028b"
)
MARKUP = """\
# [@click=app.quit]quit[/] 🦸 \x1b[31m

[/nothing] [bold]x[/bold] $primary <script>alert(1)</script> <!-- hidden -->

| [@click=app.quit]a[/] | b |
|---|---|
| [/] | \x1b[5m |
| one |

```no-such-language \x1b[31m
print("[red]hi[/]")
```

```
x = 1
```

![beacon](http://192.0.2.1/beacon.png) [click me](javascript:alert%281%29%1b%5b2J) <http://192.0.2.1/>

1. one
   - two

     > three

> > > > > > > > > > > > deep
"""


async def test_control_characters_become_visible_or_vanish() -> None:
    assert inert("\x1b[2J a\tb\nc\r\n\x7f\x9b31m\u202ed") == "␛[2J a\tb\nc\n␡31md"
    for code in range(0x110000):
        if unicodedata.category(chr(code)) == "Cc" and chr(code) not in "\t\n":
            assert inert(chr(code)) != chr(code)
    letters = "é 日本 🦸🏽‍♀️ עברית \u200f نص"
    assert inert(letters) == letters


@pytest.mark.parametrize("said", [HOSTILE, MARKUP, HOSTILE.replace(" ", "\n\n")])
async def test_no_control_character_of_the_model_reaches_the_terminal(
    screen: Screen, upstream: FakeUpstream, said: str
) -> None:
    upstream.reply(re.findall(r"(?s).{1,5}", said))
    await screen.ask_and_wait("Attack")
    for part in ("quit", "[/nothing]", "<script>", "beacon", "deep", "owned", "exe"):
        if part in said:
            screen.app.query_one("Conversation").scroll_home(animate=False, immediate=True)
            await screen.find(part)
    assert screen.app.is_running


async def test_a_link_shows_its_address_and_opens_nothing(
    screen: Screen, upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(screen.app, "open_url", lambda url, **_: opened.append(url))
    upstream.reply("[here](http://192.0.2.1/%1b]0;owned)")
    await screen.ask_and_wait("Link?")
    await screen.pilot.click("MarkdownParagraph", offset=(1, 0))
    await screen.pilot.click(screen.app.query("MessageView Markdown > *").last(), offset=(1, 0))
    await screen.until(lambda: "http://192.0.2.1/␛]0;owned" in screen.text)
    assert opened == []


async def test_what_is_copied_or_pasted_acts_on_nothing(
    screen: Screen, upstream: FakeUpstream
) -> None:
    upstream.reply(["echo\x1b[201~\nrm -r *"])
    await screen.ask_and_wait("Paste?")
    await screen.press("ctrl+y")
    await screen.until(lambda: screen.app.clipboard == "echo␛[201~\nrm -r *")


async def test_code_and_tables_are_drawn(screen: Screen, upstream: FakeUpstream) -> None:
    upstream.reply(
        ["| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nprint('hi')\n```\nverse\nverse\n"]
    )
    await screen.ask_and_wait("Show")
    assert "print('hi')" in screen.text
    assert "```" not in screen.text
    assert "|---|" not in screen.text
    assert re.search(r"│ 1 +│ 2 +│", screen.text)
    assert re.search(r"verse +│.*\n.*verse", screen.text)
