"""SQLite files with a write-ahead log, which several processes open at once."""

import sqlite3
import time
from pathlib import Path

from api.private_files import create_private

PAUSE_SECONDS = 0.005


def open_wal(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """A connection in autocommit mode to the file, made with owner-only rights where it is missing.

    `busy_seconds` is how long a statement waits for others. Raises `OSError` or `sqlite3.Error`.
    """
    create_private(path)
    connection = sqlite3.connect(
        path, timeout=busy_seconds, isolation_level=None, check_same_thread=False
    )
    try:
        _switch(connection, time.monotonic() + busy_seconds)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _switch(connection: sqlite3.Connection, deadline: float) -> None:
    """The switch to WAL doesn't wait for whoever is in the file: it fails at once."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(PAUSE_SECONDS)
