"""Counts requests within moving windows, for rates that hold across workers.

`limits` counts in memory or Redis. For the workers of one machine there is a table in SQLite: all
of them share it, and what takes a place in a window is one transaction.
"""

import asyncio
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from limits import RateLimitItemPerSecond
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string

from api.access.allowance import Rate
from api.wal_files import open_wal

BUSY_SECONDS = 2.0
SQLITE = "sqlite:"
MEMORY = "memory:"

_TABLE = """
PRAGMA synchronous=OFF;
CREATE TABLE IF NOT EXISTS hits (caller TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS hits_of ON hits (caller, at);
"""


class RatesUnavailableError(Exception):
    """Nobody can count now: the database is locked or unreachable."""


class RateStoreError(Exception):
    """The setting names no store of rates that can be used; `str()` says what to do."""


class Rates(Protocol):
    """Counts the requests of callers."""

    async def hit(self, caller: str, rate: Rate) -> float | None:
        """Take a place in the window; None, or the seconds until there is one.

        Raises `RatesUnavailableError`.
        """
        ...

    async def close(self) -> None: ...


def open_rates(address: str, data_dir: Path) -> Rates:
    """The store of an address (`sqlite:`, `memory:`, `redis://…`); raises `RateStoreError`."""
    if address == SQLITE:
        return SqliteRates(data_dir / "rates.sqlite3")
    if address != MEMORY and not address.startswith(("redis://", "rediss://", "redis+unix://")):
        raise RateStoreError(
            "PARLEY_RATE_STORE: write `sqlite:`, `memory:` or an address like redis://HOST:6379/0."
        )
    return LibraryRates("memory://" if address == MEMORY else address)


class LibraryRates:
    """Counted by `limits`, in memory or in Redis."""

    def __init__(self, address: str) -> None:
        redis = {} if address.startswith(MEMORY) else {"implementation": "redispy"}
        try:
            storage = storage_from_string(f"async+{address}", wrap_exceptions=True, **redis)
        except ConfigurationError as error:
            raise RateStoreError(
                f"PARLEY_RATE_STORE: {error} Is the extra installed? pip install 'parley[redis]'"
            ) from None
        self._limiter = MovingWindowRateLimiter(storage)

    async def hit(self, caller: str, rate: Rate) -> float | None:
        window = RateLimitItemPerSecond(rate.count, rate.seconds, namespace="parley")
        try:
            if await self._limiter.hit(window, caller):
                return None
            stats = await self._limiter.get_window_stats(window, caller)
        except StorageError as error:
            raise RatesUnavailableError from error
        return max(stats.reset_time - time.time(), 0.0)

    async def close(self) -> None:
        """Connections end with the process."""


class SqliteRates:
    """Counted in one file that the workers of one machine share."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="rates")
        self._connection: sqlite3.Connection | None = None

    async def hit(self, caller: str, rate: Rate) -> float | None:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._hit, caller, rate)

    async def close(self) -> None:
        await asyncio.to_thread(self._thread.shutdown)
        if self._connection:
            self._connection.close()

    def _hit(self, caller: str, rate: Rate) -> float | None:
        try:
            connection = self._connection = self._connection or self._connect()
            connection.execute("BEGIN IMMEDIATE")
            try:
                wait = _take_place(connection, caller, rate, time.time())
            finally:
                connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            raise RatesUnavailableError(str(error)) from error
        return wait

    def _connect(self) -> sqlite3.Connection:
        connection = open_wal(self._path, BUSY_SECONDS)
        connection.executescript(_TABLE)
        return connection


def _take_place(
    connection: sqlite3.Connection, caller: str, rate: Rate, now: float
) -> float | None:
    connection.execute(
        "DELETE FROM hits WHERE caller = ? AND at <= ?", (caller, now - rate.seconds)
    )
    count, oldest = connection.execute(
        "SELECT count(*), min(at) FROM hits WHERE caller = ?", (caller,)
    ).fetchone()
    if count >= rate.count:
        return float(max(oldest + rate.seconds - now, 0.0))
    connection.execute("INSERT INTO hits VALUES (?, ?)", (caller, now))
    return None
