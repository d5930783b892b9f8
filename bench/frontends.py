"""`python -m bench.frontends`: what each frontend weighs and how soon it shows things, as medians.

Written into `docs/conformance.md`. Nothing else should run meanwhile.
"""

import argparse
import ast
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from conformance import matrix
from conformance.frontends import CLIENTS, FINISHED, FRONTENDS, Frontend
from conformance.screens.browser import BrowserScreen
from conformance.stage import Stage, staged
from conformance.windows.tabs import Tabs

CODE, STYLE = {".py", ".js", ".ts", ".tsx", ".html"}, {".css", ".tcss"}
WORDS = 20
FIRST_PAINT = """performance.getEntriesByName("first-contentful-paint")[0]?.startTime"""
BYTES = "performance.getEntries().reduce((sum, { transferSize = 0 }) => sum + transferSize, 0)"
WATCH = """() => {
  window.seenAt = {};
  const look = () => requestAnimationFrame(() => {
    for (const [word] of document.body.textContent.matchAll(/w\\d+x/g))
      window.seenAt[word] ??= performance.timeOrigin + performance.now();
  });
  new MutationObserver(look).observe(document.body,
    { childList: true, characterData: true, subtree: true });
}"""
"""A word counts as painted in the frame after it came into the document."""


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening with nothing cached; the terminal makes no requests and has no first paint."""

    seconds_to_greet: float
    requests: int | None = None
    bytes: int | None = None
    seconds_to_paint: float | None = None


def main() -> None:
    """Measure the frontends, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.frontends", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    lines = [
        "| | lines of code | of style | requests | kB | first paint | greets | word to paint |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name in FINISHED:
        lines.append(measured(FRONTENDS[name], rounds))
        print(lines[-1], flush=True)
    matrix.put(matrix.PAGE, "figures", "\n".join(lines) + "\n")


def measured(frontend: Frontend, rounds: int) -> str:
    """The frontend's row."""
    folder = CLIENTS / frontend.folder
    code, style = own_lines(folder, CODE), own_lines(folder, STYLE)
    with tempfile.TemporaryDirectory() as logs, staged(frontend, Path(logs)) as stage:
        opened(stage)  # the first one warms the servers up
        openings = [opened(stage) for _ in range(rounds)]
        delays = [delay for _ in range(rounds) for delay in seconds_to_paint_words(stage)]
    cells = [
        *(str(code), str(style)),
        _median([one.requests for one in openings], "{:.0f}"),
        _median([one.bytes and one.bytes / 1000 for one in openings], "{:.0f}"),
        _median([one.seconds_to_paint for one in openings], "{:.2f} s"),
        _median([one.seconds_to_greet for one in openings], "{:.2f} s"),
        f"{median(delays) * 1000:.0f} ms",
    ]
    return f"| {frontend.title} | {' | '.join(cells)} |"


def own_lines(folder: Path, endings: set[str]) -> int:
    """Lines that are neither empty nor comment nor docstring."""
    files = [path for path in folder.rglob("*") if path.suffix in endings]
    return sum(_lines(path) for path in files if "node_modules" not in path.parts)


def _lines(path: Path) -> int:
    text = path.read_text(encoding="utf-8")
    told = {line for span in _docstrings(text) for line in span} if path.suffix == ".py" else set()
    lines = enumerate(text.splitlines(), 1)
    return sum(
        bool(line.strip()) and number not in told and not re.match(r"\s*(#(?!\w)|//|/?\*)", line)
        for number, line in lines
    )


def _docstrings(source: str) -> Iterator[range]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield range(node.lineno, (node.end_lineno or node.lineno) + 1)


def opened(stage: Stage) -> Opening:
    """Open it as for the first time."""
    whole = stage.windows
    if not isinstance(whole, Tabs):
        began = time.perf_counter()
        stage.open()
        seconds = time.perf_counter() - began
        stage.clear()
        return Opening(seconds)
    stage.windows = whole.anew()
    began = time.perf_counter()
    screen = stage.open()
    seconds = time.perf_counter() - began
    stage.windows = whole
    assert isinstance(screen, BrowserScreen)
    paint, size = (screen.page.evaluate(told) for told in (FIRST_PAINT, BYTES))
    requests = len(screen.tab.requests)
    stage.clear()
    return Opening(seconds, requests, size, paint / 1000)


def seconds_to_paint_words(stage: Stage) -> Iterator[float]:
    """From the moment that the model sends a word to the moment that it can be seen."""
    screen = stage.open()
    gate = stage.upstream.reply([f"w{i}x " for i in range(WORDS + 1)], gated=True)
    screen.ask("Go on")
    gate.release()
    screen.until(lambda: "w0x" in screen.text, "no word appears")
    if isinstance(screen, BrowserScreen):
        screen.page.evaluate(WATCH)
    for place in range(1, WORDS + 1):
        sent, word = time.time(), f"w{place}x"
        seconds = screen.seconds_to_paint(gate.release, word)
        yield (
            _painted_at(screen.page, word) - sent if isinstance(screen, BrowserScreen) else seconds
        )
    gate.open()
    screen.await_idle()
    stage.clear()


def _painted_at(page: Any, word: str) -> float:
    page.wait_for_function("word => window.seenAt[word]", arg=word)
    return float(page.evaluate("word => window.seenAt[word]", word)) / 1000


def _median(values: list[float | None] | list[int | None], form: str) -> str:
    known = [value for value in values if value is not None]
    return form.format(median(known)) if known else "–"


if __name__ == "__main__":
    main()
