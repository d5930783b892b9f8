"""The tables that a soak prints."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from tests.soak.playing import BASELINE_SECONDS, Outcome

UNITS = {
    "memory": "resident memory, MB",
    "descriptors": "file descriptors",
    "tasks": "tasks",
    "threads": "threads",
    "upstream": "connections to the model",
    "clients": "connections of clients",
    "run_log": "run log, MB",
    "lag": "event loop late by, ms",
}


def report(outcome: Outcome) -> str:
    """What was asked, what was lost, what the server held, and the verdict."""
    plan = outcome.plan
    title = (
        f"Soak of {datetime.now(UTC):%Y-%m-%d}: {outcome.sampler.hours * 60:.1f} min after a "
        f"warm-up of {plan.warm_up:.0f} s, workers: {plan.workers}, {plan.rate:g} acts a second"
    )
    parts = [title, _acts(outcome), _losses(outcome), _figures(outcome), _verdict(outcome)]
    return "\n\n".join(parts)


def _acts(outcome: Outcome) -> str:
    tally = outcome.tally
    rows = [("act", "begun", "as it must be", "not so")]
    rows += [
        (name.replace("_", " "), str(count), str(tally.ended[name]), str(tally.failed[name]))
        for name, count in sorted(tally.begun.items())
    ]
    totals = (tally.begun.total(), tally.ended.total(), tally.failed.total())
    return _table([*rows, ("together", *map(str, totals))])


def _losses(outcome: Outcome) -> str:
    tally = outcome.tally
    return _table(
        [
            ("runs in the log", f"{outcome.runs:,}"),
            ("without a terminal event", str(outcome.unended)),
            ("streams read to their end", f"{tally.streams:,}"),
            ("tokens checked", f"{tally.tokens:,}"),
            ("lost", str(tally.lost)),
            ("doubled", str(tally.doubled)),
            ("reordered", str(tally.reordered)),
            ("wrong ends", str(tally.wrong_ends)),
            ("errors in the server's log", str(outcome.errors.total())),
        ]
    )


def _figures(outcome: Outcome) -> str:
    sampler = outcome.sampler
    rows = [("", "at rest before", "mean", "most", "an hour more", "at rest after")]
    for name, unit in UNITS.items():
        values = sampler.values(name) or [0.0]
        figures = (
            getattr(outcome.before, name),
            sum(values) / len(values),
            max(values),
            sampler.slope(name),
            getattr(outcome.after, name),
        )
        rows.append((unit, *(f"{figure:,.1f}" for figure in figures)))
    return _table(rows)


def _verdict(outcome: Outcome) -> str:
    lines = list(_complaints(outcome))
    if outcome.settled is None:
        lines.append(f"Not as before {BASELINE_SECONDS:g} s after the load.")
    else:
        lines.append(f"As before {outcome.settled:.1f} s after the load.")
    lines.append("Leaks: " + (", ".join(outcome.leaks) or "none") + ".")
    lines.append("PASSED" if outcome.is_clean else "FAILED")
    return "\n".join(lines)


def _complaints(outcome: Outcome) -> Iterator[str]:
    yield from outcome.tally.faults
    for event, count in outcome.errors.most_common(10):
        yield f"{count} × in the server's log: {event}"


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        row[0].ljust(widths[0])
        + "".join(f"  {cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    )
