"""Reads a server's numbers as Prometheus does."""

import urllib.request
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.transport.wire import Wire

Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


def parsed(text: str) -> Numbers:
    """Every sample by its name and labels."""
    families = text_string_to_metric_families(text)
    samples = [sample for family in families for sample in family.samples]
    found = {(s.name, frozenset(s.labels.items())): s.value for s in samples}
    assert len(found) == len(samples), "a series is told once"
    return found


def scraped(url: str, key: str | None = None) -> Numbers:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    request = urllib.request.Request(f"{url}/metrics", headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return parsed(answer.read().decode())


def scraped_through(wire: Wire) -> Numbers:
    """The same on a connection that is open: by the worker that has it."""
    return parsed(wire.send("GET", "/metrics").answer().body.decode())


def number(numbers: Numbers, name: str, **labels: str) -> float:
    """The sum of all series of this name with at least these labels."""
    wanted = labels.items()
    return sum(v for (n, have), v in numbers.items() if n == name and wanted <= dict(have).items())


def outcomes(numbers: Numbers) -> dict[str, Any]:
    """How many runs ended how, without those of which there are none."""
    names = ("completed", "failed", "cancelled", "incomplete")
    counts = {name: number(numbers, "parley_runs_total", outcome=name) for name in names}
    return {name: count for name, count in counts.items() if count}
