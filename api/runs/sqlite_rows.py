"""Runs and events as SQLite rows: each function is one step inside a transaction."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from api.contract.events import TERMINAL_EVENTS, AnyRunEvent, TextDelta
from api.contract.types import Message
from api.runs import codec, sqlite_ledger
from api.runs.log import Claim, KeyConflictError, LeaseLostError, RunRecord
from api.runs.retention import without_text
from api.runs.tail import News

ERASED_RUNS, ERASED_CHARACTERS = 20, 2_000_000
"""What one transaction erases: more would keep the live runs waiting for the store."""

ROW_CHARACTERS = 100
"""What an event takes beside its text, about."""

T = TypeVar("T")
Row = tuple[Any, ...]
Query = Callable[[sqlite3.Connection], T]

_RUN = (
    "id, owner, assistant_id, provider, model, history, created_at, idempotency_key, "
    "input_digest, fence, cancel_requested, ended_at, ending_seq, ending_kind, ending"
)


INSERT_DELTA = (
    "INSERT OR IGNORE INTO events (run_id, seq, at, kind, body) SELECT id, ?, ?, 'TextDelta', ? "
    "FROM runs WHERE id = ? AND fence = ? AND ending_seq IS NULL"
)
"""Inserts one delta, or nothing where it is not new, the fence is old or the run has ended."""


def claim(
    connection: sqlite3.Connection,
    draft: RunRecord,
    worker: str,
    leased_until: float,
    first: AnyRunEvent,
) -> Claim:
    """Insert the run, or find the one that has the same owner and key.

    The lease is renewed with it: a worker that has just lost it would else lose the run at once.
    """
    known = connection.execute(
        f"SELECT {_RUN} FROM runs WHERE owner = ? AND idempotency_key = ?",
        (draft.owner, draft.idempotency_key),
    ).fetchone()
    if known:
        record = _record(known)
        if record.input_digest != draft.input_digest:
            raise KeyConflictError(draft.idempotency_key)
        return Claim(record, created=False)
    sqlite_ledger.reserve(connection, draft)
    history = msgspec.json.encode(draft.history).decode()
    connection.execute(
        "INSERT INTO runs (id, owner, assistant_id, provider, model, history, created_at, "
        "idempotency_key, input_digest, worker, fence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(draft.id, draft.owner, draft.assistant_id, draft.provider, draft.model, history),
            *(_micros(draft.created_at), draft.idempotency_key, draft.input_digest),
            *(worker, draft.fence),
        ),
    )
    renew(connection, worker, leased_until)
    _insert(connection, draft.id, [first])
    return Claim(draft, created=True)


def append(
    connection: sqlite3.Connection, run_id: str, fence: int, events: Sequence[AnyRunEvent]
) -> None:
    """Insert events if the fence holds and the run goes on."""
    last = events[-1] if events else None
    row = connection.execute(
        "SELECT fence, ending_seq FROM runs WHERE id = ?", (run_id,)
    ).fetchone()
    over = row is not None and row[1] is not None and (last is None or last.seq != row[1])
    if row is None or row[0] != fence or over:
        raise LeaseLostError(run_id)
    _insert(connection, run_id, events)
    if isinstance(last, TERMINAL_EVENTS):
        kind, body = codec.encode(last)
        ended = connection.execute(
            "UPDATE runs SET ended_at = ?, ending_seq = ?, ending_kind = ?, ending = ? "
            "WHERE id = ? AND ended_at IS NULL",
            (_micros(last.at), last.seq, kind, body, run_id),
        )
        if ended.rowcount:
            sqlite_ledger.settle(connection, last)


def delta_row(run_id: str, fence: int, event: TextDelta) -> Row:
    """What `INSERT_DELTA` takes."""
    return (event.seq, _micros(event.at), event.text, run_id, fence)


def deltas(noted: Sequence[Row], of: str, after: int) -> list[AnyRunEvent]:
    """The events of a run among such rows."""
    return [
        TextDelta(run_id=run_id, seq=seq, at=_time(at), text=text)
        for seq, at, text, run_id, _ in noted
        if run_id == of and seq > after
    ]


def recover(connection: sqlite3.Connection, noted: Sequence[Row]) -> None:
    """Insert what a lost worker had noted and not committed yet, of each run to the first gap.

    After a power failure the disk may have newer deltas and lack older ones.
    """
    for row in noted:
        seq, *_, run_id, _ = row
        last = connection.execute("SELECT max(seq) FROM events WHERE run_id = ?", (run_id,))
        if last.fetchone()[0] == seq - 1:
            connection.execute(INSERT_DELTA, row)


def _insert(connection: sqlite3.Connection, run_id: str, events: Sequence[AnyRunEvent]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO events (run_id, seq, at, kind, body) VALUES (?, ?, ?, ?, ?)",
        [(run_id, event.seq, _micros(event.at), *codec.encode(event)) for event in events],
    )


def read(connection: sqlite3.Connection, run_id: str, after: int, limit: int) -> list[AnyRunEvent]:
    found = connection.execute(
        "SELECT kind, body, seq, at FROM events WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?",
        (run_id, after, limit),
    )
    return [
        codec.decode(kind, body, run_id=run_id, seq=seq, at=_time(at))
        for kind, body, seq, at in found
    ]


def news(connection: sqlite3.Connection, run_id: str, after: int, limit: int) -> News:
    """What was committed beyond `after`, and whether that is all that will ever be."""
    # Asked first: what was logged before the end is then certainly read below.
    row = connection.execute("SELECT ended_at FROM runs WHERE id = ?", (run_id,)).fetchone()
    events = read(connection, run_id, after, limit)
    over = row is None or row[0] is not None
    return News(events, ended=over and len(events) < limit)


def version(connection: sqlite3.Connection) -> int:
    """A number that changes when another connection has committed."""
    found: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return found


def find(connection: sqlite3.Connection, run_id: str, owner: str | None = None) -> RunRecord | None:
    """The run, if it is the owner's. A long one of somebody else's takes no longer to refuse than
    one that doesn't exist: nothing of it is read."""
    row = connection.execute(
        f"SELECT {_RUN} FROM runs WHERE id = ? AND owner = coalesce(?, owner)", (run_id, owner)
    ).fetchone()
    return _record(row) if row else None


def request_cancel(connection: sqlite3.Connection, run_id: str) -> bool:
    changed = connection.execute(
        "UPDATE runs SET cancel_requested = 1 "
        "WHERE id = ? AND cancel_requested = 0 AND ended_at IS NULL",
        (run_id,),
    )
    return changed.rowcount == 1


def cancel_requests(connection: sqlite3.Connection, worker: str) -> list[str]:
    found = connection.execute(
        "SELECT id FROM runs WHERE worker = ? AND ended_at IS NULL AND cancel_requested = 1",
        (worker,),
    )
    return [row[0] for row in found]


def renew(connection: sqlite3.Connection, worker: str, until: float) -> None:
    connection.execute("INSERT OR REPLACE INTO workers VALUES (?, ?)", (worker, until))


def drop_worker(connection: sqlite3.Connection, worker: str) -> None:
    connection.execute("DELETE FROM workers WHERE id = ?", (worker,))


def forget_lost(connection: sqlite3.Connection, worker: str, now: float) -> None:
    """Forget the workers, but for this one, whose lease has expired."""
    connection.execute("DELETE FROM workers WHERE expires_at < ? AND id != ?", (now, worker))


def workers(connection: sqlite3.Connection) -> set[str]:
    """Those that hold a lease, or held one when last somebody looked."""
    return {row[0] for row in connection.execute("SELECT id FROM workers")}


def take_over(connection: sqlite3.Connection, worker: str) -> list[RunRecord]:
    """Fence every run whose worker holds no lease."""
    found = connection.execute(
        "UPDATE runs SET fence = fence + 1, worker = ? WHERE ended_at IS NULL AND worker != ? "
        f"AND worker NOT IN (SELECT id FROM workers) RETURNING {_RUN}",
        (worker, worker),
    )
    return [_record(row) for row in found.fetchall()]


def expire(connection: sqlite3.Connection, before: datetime) -> int:
    """Erase the texts of some runs that ended before; their figures stay. 0: none is left."""
    found = connection.execute(
        "SELECT id, length(ending) + ending_seq * ? FROM runs "
        "WHERE history IS NOT NULL AND ended_at < ? LIMIT ?",
        (ROW_CHARACTERS, _micros(before), ERASED_RUNS),
    ).fetchall()
    erased = characters = 0
    for run_id, size in found:
        if characters < ERASED_CHARACTERS:
            _erase(connection, run_id)
            erased += 1
            characters += size
    return erased


def _erase(connection: sqlite3.Connection, run_id: str) -> None:
    record = find(connection, run_id)
    if record and record.ending:
        _, body = codec.encode(without_text(record.ending))
        connection.execute("DELETE FROM events WHERE run_id = ?", (run_id,))
        connection.execute(
            "UPDATE runs SET history = NULL, ending = ? WHERE id = ?", (body, run_id)
        )


def touch(connection: sqlite3.Connection) -> None:
    """A write that changes nothing and still needs room and rights."""
    connection.execute("INSERT OR REPLACE INTO workers VALUES ('probe', 0)")


def _record(row: Sequence[Any]) -> RunRecord:
    (run_id, owner, assistant_id, provider, model, history, created_at, key, digest, fence) = row[
        :10
    ]
    cancel_requested, ended_at, ending_seq, kind, ending = row[10:]
    record = RunRecord(
        id=run_id,
        owner=owner,
        assistant_id=assistant_id,
        provider=provider,
        model=model,
        history=None if history is None else msgspec.json.decode(history, type=list[Message]),
        created_at=_time(created_at),
        idempotency_key=key,
        input_digest=digest,
        fence=fence,
        cancel_requested=bool(cancel_requested),
    )
    if kind is None:
        return record
    event = codec.decode(kind, ending, run_id=run_id, seq=ending_seq, at=_time(ended_at))
    return replace(record, ending=event)  # type: ignore[arg-type]


def _micros(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)


def _time(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1_000_000, UTC)
