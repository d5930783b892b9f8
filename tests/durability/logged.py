"""The run log as it lies on the disk, and the server's log lines: what is, whatever is said."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from api.contract.events import TERMINAL_EVENTS, AnyRunEvent, TextDelta
from api.runs import journal
from api.runs import sqlite_rows as rows
from api.runs.log import RunRecord
from api.runs.sqlite_schema import connect
from tests.servers import ServerProcess

EVERYTHING = 1_000_000


@contextmanager
def opened(data_dir: Path) -> Iterator[sqlite3.Connection]:
    connection = connect(data_dir / "runs.sqlite3")
    try:
        yield connection
    finally:
        connection.close()


def events_of(data_dir: Path, run_id: str) -> list[AnyRunEvent]:
    """All events of a run, also those that its worker has noted and not committed yet."""
    # Looked at first: what isn't there any more is then certainly in the database.
    noted = list(_noted(data_dir))
    with opened(data_dir) as log:
        events = rows.read(log, run_id, -1, EVERYTHING)
    return [*events, *rows.deltas(noted, run_id, events[-1].seq if events else -1)]


def _noted(data_dir: Path) -> Iterator[journal.Row]:
    for path in data_dir.glob("runs.sqlite3.journal-*"):
        with suppress(FileNotFoundError):
            yield from journal.recorded(path.read_bytes())


def record_of(data_dir: Path, run_id: str) -> RunRecord:
    with opened(data_dir) as log:
        record = rows.find(log, run_id)
    assert record is not None
    return record


def run_ids(data_dir: Path) -> list[str]:
    with opened(data_dir) as log:
        return [row[0] for row in log.execute("SELECT id FROM runs ORDER BY created_at")]


def text_of(events: list[AnyRunEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def seen(events: list[dict[str, Any]]) -> list[tuple[int, str, str]]:
    """What a client has, comparable with `kept`."""
    return [(event["seq"], event["__typename"], event.get("text", "")) for event in events]


def kept(events: list[AnyRunEvent]) -> list[tuple[int, str, str]]:
    """What the log has, comparable with `seen`."""
    return [(event.seq, type(event).__name__, getattr(event, "text", "")) for event in events]


def assert_whole(events: list[AnyRunEvent]) -> None:
    """Numbered from 0 without a gap, one terminal event, at the end, which holds all the text."""
    assert [event.seq for event in events] == list(range(len(events)))
    ends = [event for event in events if isinstance(event, TERMINAL_EVENTS)]
    assert ends == events[-1:]
    assert ends[0].reply.content == text_of(events)


def log_lines(server: ServerProcess, event: str) -> list[dict[str, Any]]:
    """The server's log lines about one event."""
    lines = [json.loads(line) for line in server.log.read_text().splitlines() if line[:1] == "{"]
    return [line for line in lines if line["event"] == event]
