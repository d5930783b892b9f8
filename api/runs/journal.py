"""Deltas between two commits: a mapped file of each worker, which outlives it like the database.

Committing a lone delta to SQLite costs 25 µs, noting it here 3. So a delta is noted before anyone
sees it, and soon committed with those that came after it (`api/runs/group_commit.py`). After a
`kill -9` the kernel still has the file, and whoever finds it moves its rows into the database.

The file begins with a flag. Whoever takes the file over sets it, then reads; the owner writes, then
looks at it, and shows nothing that it wrote behind a set flag. So a delta that somebody saw is in
the log, even where its worker was not dead but asleep. Records follow: a length, a CRC-32, and a
row as JSON. All of the file is written when it is made, so that a full disk is met then: later the
kernel could only end the process. (SQLite's `-shm` file is mapped, and made, in the same way.)
"""

import asyncio
import fcntl
import mmap
import os
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import structlog

log = structlog.get_logger(__name__)

Row = tuple[Any, ...]
"""What is noted: numbers and text."""

BYTES = 262_144
"""Size of the file."""

MOST = 256
"""Most rows that wait: to commit so many takes a millisecond."""

SETTLING_SECONDS = 0.001
"""What a processor has written, the others see some nanoseconds later."""

_FLAG = 0
_BEGIN = 8
_HEAD = struct.Struct("<II")

_json = msgspec.json.Encoder().encode


class Journal:
    """The rows of one worker that are not committed yet."""

    def __init__(self, log_path: Path, worker: str) -> None:
        """The file will lie beside the log; nothing can be noted before `renew`."""
        self.rows: list[Row] = []
        self._stem = log_path.with_name(f"{stem(log_path)}{worker}")
        self._made = 0
        self._path: Path | None = None
        self._map: mmap.mmap | None = None
        self._end = _BEGIN
        self._complained = False

    async def renew(self) -> None:
        """Make the file where there is none, or another worker has taken it.

        Where that fails, the rows are to be committed one by one; the next call tries again.
        """
        if (self._map and not self._map[_FLAG]) or self.rows:
            return
        self._discard()
        self._made += 1
        path = self._stem.with_name(f"{self._stem.name}-{self._made:06}")
        try:
            self._map = await asyncio.to_thread(_created, path)
        except OSError as error:
            if not self._complained:
                log.warning("run_log.no_journal", reason=str(error))
            self._complained = True
        else:
            self._path, self._complained = path, False

    def note(self, row: Row) -> bool:
        """Write a row; False where it can't be shown now and is to be committed instead."""
        mapped = self._map
        if mapped is None or len(self.rows) >= MOST:
            return False
        try:
            data = _json(row)
        except ValueError:
            return False  # half a surrogate pair, which is the database's to refuse
        begin, end = self._end, self._end + _HEAD.size + len(data)
        if end > BYTES:
            return False
        mapped[begin:end] = _HEAD.pack(len(data), zlib.crc32(data)) + data
        if mapped[_FLAG]:
            return False
        self._end = end
        self.rows.append(row)
        return True

    def committed(self) -> None:
        """All rows are in the database: begin anew, and leave no text behind."""
        if self._map:
            self._map[_BEGIN : self._end] = bytes(self._end - _BEGIN)
            self._end = _BEGIN
        self.rows = []

    def close(self) -> None:
        """Remove the file, unless it still has what the database could not take."""
        if not self.rows:
            self._discard()

    def _discard(self) -> None:
        if self._map and self._path:
            self._map.close()
            self._path.unlink(missing_ok=True)
        self._map = self._path = None
        self._end = _BEGIN


def taken(path: Path) -> list[Row]:
    """The rows of another worker's journal, which shows nothing from now on that isn't in it.

    Raises `OSError` where it can't be read.
    """
    try:
        with path.open("r+b") as file, mmap.mmap(file.fileno(), BYTES) as mapped:
            mapped[_FLAG] = 1
            time.sleep(SETTLING_SECONDS)
            return list(recorded(mapped))
    except (FileNotFoundError, ValueError):
        return []  # its worker has removed it, or did not get to the end of making it


def recorded(content: mmap.mmap | bytes) -> Iterator[Row]:
    """The rows in a file, to the first record that is not whole: nobody was shown that."""
    begin = _BEGIN
    while begin + _HEAD.size <= len(content):
        length, checksum = _HEAD.unpack_from(content, begin)
        begin += _HEAD.size
        data = content[begin : begin + length]
        if not length or zlib.crc32(data) != checksum:
            return
        yield tuple(msgspec.json.decode(data))
        begin += length


def _created(path: Path) -> mmap.mmap:
    """The file, which has its name once it is whole and locked for as long as it is mapped."""
    unfinished = path.with_name(f"{path.name}.new")
    descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.write(bytes(BYTES))
            file.flush()
            mapped = mmap.mmap(file.fileno(), BYTES)
        unfinished.rename(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    return mapped


def stem(log_path: Path) -> str:
    """How the names of a log's journals begin; the worker and a number follow."""
    return f"{log_path.name}.journal-"
