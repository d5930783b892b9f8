"""`python -m conformance.pictures [NAME …]`: pictures of frontends at every stage, for `docs/`.

Each is painted over the same scripted replies; look at them after a change of how a page looks.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from conformance.frontends import FRONTENDS
from conformance.screens.browser import BrowserScreen
from conformance.screens.screen import Screen
from conformance.stage import Stage, opener, staged

IMAGES = Path(__file__).parents[1] / "docs" / "images"
SIZE = {"width": 1200, "height": 760}
QUESTION = "Compare Batman and Superman."
REPLY = """\
Both wear a **cape**, and there it ends:

| | Batman | Superman |
|---|---|---|
| First seen | 1939 | 1938 |
| City | Gotham | Metropolis |

```python
heroes = sorted(["Superman", "Batman"])
print(heroes[0])
```

One trains; the other was born so. Who is *better* depends on the night.
"""
PIECES = [REPLY[place : place + 8] for place in range(0, len(REPLY), 8)]


def main() -> None:
    """Picture the frontends, all of them unless some are named."""
    parser = argparse.ArgumentParser(prog="python -m conformance.pictures", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FRONTENDS))
    parser.add_argument("--to", type=Path, default=IMAGES, help="folder (default docs/images)")
    options = parser.parse_args()
    options.to.mkdir(parents=True, exist_ok=True)
    for name in options.names or FRONTENDS:
        with tempfile.TemporaryDirectory() as logs, staged(FRONTENDS[name], Path(logs)) as stage:
            for moment, show in MOMENTS.items():
                path = options.to / f"{name}-{moment}.png"
                _picture(show(stage), path, stage)
                print(path, flush=True)
                stage.clear()


def _empty(stage: Stage) -> Screen:
    return stage.open()


def _streaming(stage: Stage) -> Screen:
    screen = stage.open()
    gate = stage.upstream.reply(PIECES, gated=True)
    screen.ask(QUESTION)
    gate.release(len(PIECES) * 3 // 4)
    screen.until(lambda: "print" in screen.text, "no words come")
    return screen


def _done(stage: Stage, *, dark: bool = False, phone: bool = False) -> Screen:
    screen = stage.open(dark=dark, phone=phone)
    stage.upstream.reply(PIECES, usage={"prompt_tokens": 48, "completion_tokens": 96})
    screen.ask(QUESTION)
    screen.await_idle()
    return screen


def _error(stage: Stage) -> Screen:
    screen = stage.open()
    stage.upstream.fault("connection_reset", after_tokens=3, text=PIECES)
    screen.ask(QUESTION)
    screen.await_alert()
    return screen


MOMENTS: dict[str, Callable[[Stage], Screen]] = {
    "empty": _empty,
    "streaming": _streaming,
    "done": _done,
    "error": _error,
    "dark": lambda stage: _done(stage, dark=True),
    "phone": lambda stage: _done(stage, phone=True),
}


def _picture(screen: Screen, path: Path, stage: Stage) -> None:
    screen.pause()
    if isinstance(screen, BrowserScreen):
        if (screen.page.viewport_size or SIZE)["width"] > SIZE["width"] // 2:
            screen.page.set_viewport_size(SIZE)  # type: ignore[arg-type]
        screen.page.mouse.move(0, 0)
        screen.page.wait_for_timeout(400)
        screen.page.screenshot(path=path)
        return
    with opener(FRONTENDS["react"], "about:blank") as tabs:
        page = tabs.browser.new_page()  # type: ignore[attr-defined]
        page.set_content(screen.app.export_screenshot())  # type: ignore[attr-defined]
        page.locator("svg").screenshot(path=path)


if __name__ == "__main__":
    main()
