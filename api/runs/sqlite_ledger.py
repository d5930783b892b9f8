"""The ledger as SQLite rows, written in the transactions of the runs that it counts."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from api.contract.events import AnyTerminalEvent
from api.contract.metering import UsageFigures
from api.runs.ledger import check_budget, day_of, figures_of, period_begin
from api.runs.log import RunRecord, UsageLine

TABLES = """
CREATE TABLE IF NOT EXISTS usage (
  owner TEXT NOT NULL,
  day TEXT NOT NULL,
  assistant_id TEXT NOT NULL,
  model TEXT NOT NULL,
  runs INTEGER NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  completion_tokens INTEGER NOT NULL,
  cached_prompt_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  estimated_runs INTEGER NOT NULL,
  unpriced_runs INTEGER NOT NULL,
  priced TEXT NOT NULL,
  PRIMARY KEY (owner, day, assistant_id, model)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS usage_days ON usage (day);
CREATE TABLE IF NOT EXISTS reservations (
  run_id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  amount TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS reservations_owner ON reservations (owner);
"""
"""Days are like 2026-01-31, money is exact decimal text."""

_COUNTS = (
    *("runs", "prompt_tokens", "completion_tokens", "cached_prompt_tokens"),
    *("reasoning_tokens", "estimated_runs", "unpriced_runs"),
)
_FIGURES = ", ".join([*_COUNTS, "priced"])


def reserve(connection: sqlite3.Connection, draft: RunRecord) -> None:
    """Hold what the run may cost; raises `BudgetExceededError` before anything is written."""
    if draft.reservation is None:
        return
    budget, needed = draft.reservation.budget, draft.reservation.amount
    begin = period_begin(budget, datetime.now(UTC))
    rows = connection.execute(
        "SELECT priced FROM usage WHERE owner = ? AND day >= ?", (draft.owner, begin.isoformat())
    )
    spent = sum((Decimal(priced) for (priced,) in rows), Decimal(0))
    check_budget(budget, needed, spent, held(connection, draft.owner))
    connection.execute(
        "INSERT INTO reservations VALUES (?, ?, ?)", (draft.id, draft.owner, _text(needed))
    )


def held(connection: sqlite3.Connection, owner: str) -> Decimal:
    """What is held for the owner's runs that are going."""
    rows = connection.execute("SELECT amount FROM reservations WHERE owner = ?", (owner,))
    return sum((Decimal(amount) for (amount,) in rows), Decimal(0))


def settle(connection: sqlite3.Connection, ending: AnyTerminalEvent) -> None:
    """Count a run that has just ended, and give back what was held for it."""
    connection.execute("DELETE FROM reservations WHERE run_id = ?", (ending.run_id,))
    owner, assistant_id, model = connection.execute(
        "SELECT owner, assistant_id, model FROM runs WHERE id = ?", (ending.run_id,)
    ).fetchone()
    key = (owner, day_of(ending).isoformat(), assistant_id, model)
    known = connection.execute(
        f"SELECT {_FIGURES} FROM usage "
        "WHERE owner = ? AND day = ? AND assistant_id = ? AND model = ?",
        key,
    ).fetchone()
    figures = figures_of(ending)
    if known:
        figures = _figures(known) + figures
    values = [getattr(figures, name) for name in _COUNTS]
    marks = ", ".join("?" * (len(key) + len(values) + 1))
    connection.execute(
        f"INSERT OR REPLACE INTO usage VALUES ({marks})", (*key, *values, _text(figures.priced))
    )


def usage(
    connection: sqlite3.Connection, owner: str | None, since: date, until: date
) -> list[UsageLine]:
    """The ledger's lines of these days: of one owner, or of all."""
    rows = connection.execute(
        f"SELECT owner, day, assistant_id, model, {_FIGURES} FROM usage "
        "WHERE (? IS NULL OR owner = ?) AND day BETWEEN ? AND ? "
        "ORDER BY day, owner, assistant_id, model",
        (owner, owner, since.isoformat(), until.isoformat()),
    )
    return [
        UsageLine(date.fromisoformat(day), owner, assistant_id, model, _figures(figures))
        for owner, day, assistant_id, model, *figures in rows
    ]


def _figures(row: Sequence[Any]) -> UsageFigures:
    *counts, priced = row
    return UsageFigures(**dict(zip(_COUNTS, counts, strict=True)), priced=Decimal(priced))


def _text(amount: Decimal) -> str:
    return format(amount, "f")
