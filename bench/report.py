"""Writes `docs/performance.md`: the tables of one run, with where and how it was measured."""

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.environments import PINNED
from bench.gates import Gate
from bench.measures import Pace
from bench.peers import ROOT
from bench.rounds import Series, Table, ratio

FILE = ROOT / "docs" / "performance.md"
NOTES = Path(__file__).with_name("notes.md")
"""What is written by hand: how it is measured, profiles, what is left."""

PACKAGES = ("uvicorn", "httptools", "starlette", "fastapi", "strawberry-graphql", "graphql-core")
MORE = ("openai", "aiohttp", "msgspec")


def machine() -> str:
    """Processor, cores, Python and packages of this run, in a paragraph."""
    cpu = next(
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    )
    packages = ", ".join(f"{name} {version(name)}" for name in (*PACKAGES, *MORE))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {cpu}, {os.cpu_count()} cores, {platform.system()} "
        f"{platform.release().partition('-')[0]}, Python {platform.python_version()}; {packages}; "
        f"{PINNED['litellm'][0]}."
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(series: Series, digits: int = 1) -> str:
    low, high = series.quartiles
    return f"{series.median:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def gates(found: Iterable[Gate]) -> str:
    return table(
        ("gate", "measured", "has to be", "aim", "kept"),
        (
            (
                gate.name,
                f"{gate.value:.2f}",
                f"{'≥' if gate.rising else '≤'} {gate.limit:g}",
                f"{gate.aim:g}",
                "yes" if gate.held else "**no**",
            )
            for gate in found
        ),
    )


def tokens(found: Table) -> str:
    rows = []
    for path, figures in found.items():
        base = "raw relay, WebSocket" if path.endswith("WebSocket") else "raw relay, SSE"
        row = [path]
        for figure in ("burst", "paced"):
            times = ratio(found, figure, path, base)
            row += [cell(figures[figure]), f"{times:.1f} ×"]
        rows.append([*row, cell(figures["lag p99"])])
    head = ("path", "burst, µs", "÷ relay", "paced, µs", "÷ relay", "paced, p99 lag, ms")
    return table(head, rows)


def shorts(found: Table) -> str:
    base = "FastAPI + openai, JSON"
    return table(
        ("path", "CPU, ms", f"÷ {base}", "p50 latency, ms"),
        (
            (path, cell(f["cpu"], 2), f"{ratio(found, 'cpu', path, base):.2f} ×", cell(f["p50"], 2))
            for path, f in found.items()
        ),
    )


def firsts(found: Table) -> str:
    return table(
        ("path", "one client, p50, ms", "100 at once, p99 beyond the upstream's 200 ms, ms"),
        (
            (path, cell(figures["alone"], 2), cell(figures["p99 of 100"]))
            for path, figures in found.items()
        ),
    )


def capacity(found: Mapping[str, Sequence[tuple[int, Pace]]]) -> str:
    return table(
        (
            "path",
            "streams",
            "load of the core",
            "µs per token",
            "p99 lag, ms",
            "greatest",
        ),
        (
            (
                *(path, str(count), f"{pace.load:.0%}", f"{pace.cpu:.0f}", f"{pace.lag_p99:.1f}"),
                f"{pace.lag_max:.1f}",
            )
            for path, steps in found.items()
            for count, pace in steps
        ),
    )


def patient(found: Table) -> str:
    return table(
        ("path", "requests a second"),
        ((path, cell(figures["per second"])) for path, figures in found.items()),
    )


def busy(found: Table) -> str:
    return table(
        ("path", "p50, ms", "p99, ms"),
        ((path, cell(each["p50"], 2), cell(each["p99"])) for path, each in found.items()),
    )


def starting(found: Mapping[str, Series]) -> str:
    return table(("what", "seconds"), ((name, cell(series, 2)) for name, series in found.items()))


def memory(found: Mapping[str, float]) -> str:
    return table(("path", "kB"), ((path, f"{held / 1000:.0f}") for path, held in found.items()))


def growth(found: Mapping[str, Series]) -> str:
    return table(
        ("what grows", "costs"), ((name, cell(series, 2)) for name, series in found.items())
    )


def leaving(found: Mapping[str, Sequence[float]]) -> str:
    return table(
        ("path", "times", "p50, ms", "p99, ms", "greatest, ms"),
        (
            (
                *(path, str(len(times)), f"{times[len(times) // 2]:.2f}"),
                *(f"{times[len(times) * 99 // 100]:.2f}", f"{times[-1]:.2f}"),
            )
            for path, times in found.items()
        ),
    )


def write(parts: Mapping[str, str]) -> str:
    """Write the report from its parts (heading → text); returns it."""
    head = (
        "# Performance\n\n"
        "Written by `make bench`; do not edit. Server CPU by the process clock, the server on one "
        "core, load and upstream on the other; every figure is the median (quartiles) of "
        "interleaved rounds. Compare the ratios: times depend on the machine.\n\n"
        f"{machine()}\n"
    )
    body = "\n".join(f"\n## {heading}\n\n{text}\n" for heading, text in parts.items())
    text = f"{head}{body}\n{NOTES.read_text()}"
    FILE.write_text(text)
    return text
