"""Which stores there are for the run log, by the scheme of `PARLEY_RUN_LOG`."""

from collections.abc import Callable
from pathlib import Path

from api.runs.log import RunLog
from api.runs.memory_log import MemoryRunLog
from api.runs.sqlite_log import SqliteRunLog

STORES: dict[str, Callable[[Path], RunLog]] = {
    "memory:": lambda data_dir: MemoryRunLog(),
    "sqlite:": lambda data_dir: SqliteRunLog(data_dir / "runs.sqlite3"),
}


def open_store(scheme: str, data_dir: Path) -> RunLog:
    """The store of a scheme; `data_dir` is where it may keep files."""
    return STORES[scheme](data_dir)
