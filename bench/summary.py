"""The README's few lines on speed, written by each run."""

from collections.abc import Iterator
from datetime import UTC, datetime

from bench import report
from bench.gates import LITELLM, RELAY_SSE, SSE, STOCK_SSE, Gate
from bench.peers import ROOT
from bench.rounds import Table, ratio
from conformance import matrix

README = ROOT / "README.md"
TOKENS = {
    RELAY_SSE: "a raw relay that parses and frames, and keeps nothing",
    SSE: "**Parley**, with every event in the durable log",
    "FastAPI + openai, SSE": "FastAPI, streaming the `openai` package's objects",
    STOCK_SSE: "Strawberry as it comes, in memory",
    LITELLM: "LiteLLM's proxy",
}
"""Path of the bench → what the README calls it."""
SHORTS = {SSE: "Parley, mutation", STOCK_SSE: "stock Strawberry, mutation"}
SHORTS |= {"FastAPI + openai, SSE": "FastAPI + openai, JSON", LITELLM: "LiteLLM, JSON"}


def write(tokens: Table, shorts: Table, found: list[Gate]) -> None:
    """Put the table between the README's marks."""
    head = ("server CPU, Server-Sent Events", "µs per token, burst", "paced", "ms per request")
    kept = sum(gate.held for gate in found)
    told = f"{datetime.now(UTC):%Y-%m-%d}, 2 shared cores; {kept} of {len(found)} gates kept."
    text = f"{report.table(head, _rows(tokens, shorts))}\n\n{told}\n"
    matrix.put(README, "performance", text)


def _rows(tokens: Table, shorts: Table) -> Iterator[tuple[str, ...]]:
    for path, title in TOKENS.items():
        if path not in tokens:
            continue
        figures = [
            f"{tokens[path][figure].median:.0f} ({ratio(tokens, figure, path, SSE):.1f} ×)"
            for figure in ("burst", "paced")
        ]
        short = SHORTS.get(path, "")
        asked = f"{shorts[short]['cpu'].median:.1f}" if short in shorts else "–"
        yield title, *figures, asked
