"""What workers that are gone had noted and not committed: found beside the log, moved into it."""

import fcntl
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import structlog

from api.runs import sqlite_rows as rows
from api.runs.journal import stem, taken

log = structlog.get_logger(__name__)


class LostJournals:
    """The journals of other workers that hold no lease, or are dead all the same."""

    def __init__(self, log_path: Path, worker: str) -> None:
        """`worker` is who looks for them."""
        self._log_path = log_path
        self._worker = worker
        self._unreadable: set[Path] = set()

    def recover(self, connection: sqlite3.Connection) -> list[Path]:
        """A step inside a transaction; once it is committed the files are to be removed."""
        recovered = []
        for path in self._found(rows.workers(connection)):
            try:
                noted = taken(path)
            except OSError as error:
                self._complain(path, error)
                continue
            rows.recover(connection, noted)
            recovered.append(path)
        return recovered

    def _found(self, leased: set[str]) -> Iterator[Path]:
        """In the order in which each worker made its own."""
        begin = stem(self._log_path)
        for path in sorted(self._log_path.parent.glob(f"{begin}*")):
            worker = path.name[len(begin) :].partition("-")[0]
            if worker != self._worker and (worker not in leased or _is_abandoned(path)):
                yield path

    def _complain(self, path: Path, error: OSError) -> None:
        if path not in self._unreadable:
            log.warning("run_log.journal_unreadable", reason=str(error))
        self._unreadable.add(path)


def remove(journals: Iterable[Path]) -> None:
    """Delete what has been recovered."""
    for path in journals:
        path.unlink(missing_ok=True)


def _is_abandoned(path: Path) -> bool:
    """True where its worker has ended: the kernel has taken its lock away."""
    try:
        with path.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
