"""The file in which the keys' hashes are kept: small, rarely written, read by all workers."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.access.allowance import Budget, Rate
from api.access.keys import KeyRecord
from api.private_files import create_private

FILE = "keys.sqlite3"

BUSY_SECONDS = 5.0

# No write-ahead log: a reader then needs no right to write, and each change shows in the file.
_TABLE = """
CREATE TABLE IF NOT EXISTS keys (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  digest BLOB NOT NULL,
  created_at REAL NOT NULL,
  expires_at REAL,
  revoked_at REAL,
  budget TEXT,
  rate TEXT,
  admin INTEGER NOT NULL
) WITHOUT ROWID
"""

Signature = tuple[int, int, int]


class KeyStoreError(Exception):
    """The file of keys cannot be used; `str()` names it and why."""


class NameTakenError(Exception):
    """A key of this name holds already."""


class KeyStore:
    """Keys in one SQLite file; every method may raise `KeyStoreError`."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / FILE

    def add(self, record: KeyRecord) -> None:
        """Keep a new key; raises `NameTakenError` where one of that name holds."""
        with self._changing() as connection:
            taken = any(
                other.name == record.name and other.holds(record.created_at)
                for other in _records(connection)
            )
            if taken:
                raise NameTakenError(record.name)
            connection.execute(
                "INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(record.id, record.name, record.digest, record.created_at),
                    *(record.expires_at, record.revoked_at),
                    *(_text(record.budget), _text(record.rate), record.admin),
                ),
            )

    def revoke(self, wanted: str) -> list[KeyRecord]:
        """Revoke the keys of this name or id that hold; those that were revoked."""
        now = time.time()
        with self._changing() as connection:
            found = [
                record
                for record in _records(connection)
                if wanted in (record.name, record.id) and record.revoked_at is None
            ]
            connection.executemany(
                "UPDATE keys SET revoked_at = ? WHERE id = ?", [(now, each.id) for each in found]
            )
        return found

    def read(self) -> list[KeyRecord]:
        """Every key there ever was, the oldest first; none where there is no file."""
        if not self.path.exists():
            return []
        with self._connected("ro") as connection:
            return _records(connection)

    def signature(self) -> Signature | None:
        """Changes with the file; None where there is none."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KeyStoreError(f"{self.path}: {error.strerror}") from None
        return found.st_mtime_ns, found.st_size, found.st_ino

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        try:
            create_private(self.path)
        except OSError as error:
            raise KeyStoreError(f"{self.path}: {error.strerror}") from None
        with self._connected("rw") as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_TABLE)
            try:
                yield connection
            except NameTakenError:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _connected(self, mode: str) -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode={mode}",
                uri=True,
                timeout=BUSY_SECONDS,
                isolation_level=None,
            )
            try:
                yield connection
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise KeyStoreError(f"{self.path}: {error}") from None


def _records(connection: sqlite3.Connection) -> list[KeyRecord]:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'keys'").fetchone():
        return []
    rows = connection.execute(
        "SELECT id, name, digest, created_at, expires_at, revoked_at, budget, rate, admin "
        "FROM keys ORDER BY created_at, id"
    )
    return [
        KeyRecord(
            *(key_id, name, digest, created_at, expires_at, revoked_at),
            budget=Budget.parse(budget) if budget else None,
            rate=Rate.parse(rate) if rate else None,
            admin=bool(admin),
        )
        for key_id, name, digest, created_at, expires_at, revoked_at, budget, rate, admin in rows
    ]


def _text(value: Budget | Rate | None) -> str | None:
    return None if value is None else str(value)
