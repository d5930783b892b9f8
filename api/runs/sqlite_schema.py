"""The SQLite run log's tables, and how a connection to them is opened."""

import sqlite3
from pathlib import Path

from api.runs.sqlite_ledger import TABLES as LEDGER
from api.wal_files import open_wal

BUSY_SECONDS = 2.0
"""How long a write waits for another process's lock before it counts as unavailable."""

TABLES = """
CREATE TABLE IF NOT EXISTS runs (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  assistant_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  history TEXT,
  created_at INTEGER NOT NULL,
  idempotency_key TEXT,
  input_digest TEXT NOT NULL,
  worker TEXT NOT NULL,
  fence INTEGER NOT NULL,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  ended_at INTEGER,
  ending_seq INTEGER,
  ending_kind TEXT,
  ending TEXT,
  UNIQUE (owner, idempotency_key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS runs_going ON runs (worker) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS runs_ended ON runs (ended_at) WHERE history IS NOT NULL;
CREATE TABLE IF NOT EXISTS events (
  run_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (run_id, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS workers (id TEXT PRIMARY KEY, expires_at REAL NOT NULL) WITHOUT ROWID;
"""
"""Times are microseconds since 1970 (UTC); a lease's end is in seconds."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode; WAL with `synchronous=NORMAL` survives a process kill.

    Raises `OSError` or `sqlite3.Error` where the file is out of reach.
    """
    return _prepared(open_wal(path, BUSY_SECONDS), "PRAGMA synchronous=NORMAL;")


def connect_and_create(path: Path) -> sqlite3.Connection:
    """`connect` for the writer, with the tables made where they are missing.

    It leaves the checkpoints to `api/runs/checkpoints.py`.
    """
    return _prepared(connect(path), f"PRAGMA wal_autocheckpoint=0; {TABLES} {LEDGER}")


def _prepared(connection: sqlite3.Connection, script: str) -> sqlite3.Connection:
    try:
        connection.executescript(script)
    except sqlite3.Error:
        connection.close()
        raise
    return connection
