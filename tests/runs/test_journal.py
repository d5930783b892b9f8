"""The file of what is noted and not committed: who writes it, who finds it, when it is whole."""

import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import CapturingLogger

from api.runs import journal as journals
from api.runs.journal import BYTES, MOST, Journal, recorded, taken
from tests.servers import DEADLINE

ROWS = [(1, 1_700_000_000_000_000, "a", "r1", 1), (2, 0, '日本 "quoted"\n\0', "r2", 3)]


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    made = Journal(tmp_path / "log", "me")
    await made.renew()
    yield made
    made.committed()
    made.close()
    assert not files(tmp_path)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("log.journal-*"))


async def test_what_is_noted_is_in_the_file_at_once_until_it_is_committed(
    journal: Journal, tmp_path: Path
) -> None:
    (file,) = files(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert all(journal.note(row) for row in ROWS)
    assert journal.rows == ROWS
    assert list(recorded(file.read_bytes())) == ROWS
    journal.committed()
    assert journal.rows == []
    assert file.read_bytes() == bytes(BYTES), "no text stays behind"


async def test_a_record_that_is_not_whole_and_all_after_it_were_shown_to_nobody(
    journal: Journal, tmp_path: Path
) -> None:
    assert all(journal.note((number, 0, "text", "r1", 1)) for number in range(5))
    content = bytearray(files(tmp_path)[0].read_bytes())
    begin = content.index(b"[3,")
    content[begin + 5] ^= 1
    assert [row[0] for row in recorded(bytes(content))] == [0, 1, 2]
    content[begin - 8 : begin] = b"\xff" * 8
    assert [row[0] for row in recorded(bytes(content))] == [0, 1, 2]


async def test_whoever_takes_a_journal_has_all_that_its_owner_shows(
    journal: Journal, tmp_path: Path
) -> None:
    assert journal.note(ROWS[0])
    assert taken(files(tmp_path)[0]) == ROWS[:1]
    assert not journal.note(ROWS[1])
    assert journal.rows == ROWS[:1]
    await journal.renew()
    assert not journal.note(ROWS[1]), "what was shown may still have to be committed"
    journal.committed()
    await journal.renew()
    assert journal.note(ROWS[1])
    (file,) = files(tmp_path)
    assert taken(file) == ROWS[1:]


async def test_a_full_journal_takes_nothing_more(journal: Journal) -> None:
    assert journal.note((1, 0, "x" * (BYTES // 2), "r1", 1))
    assert not journal.note((2, 0, "x" * (BYTES // 2), "r1", 1))
    journal.committed()
    noted = [journal.note((number, 0, "t", "r1", 1)) for number in range(MOST + 1)]
    assert noted == [True] * MOST + [False]


async def test_text_that_cannot_be_written_is_not_noted(journal: Journal) -> None:
    assert not journal.note((1, 0, "half a pair \ud800", "r1", 1))
    assert journal.rows == []


async def test_without_room_nothing_is_noted_and_it_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    said = CapturingLogger()
    monkeypatch.setattr(journals, "log", said)
    monkeypatch.setattr(journals.mmap, "mmap", full)
    journal = Journal(tmp_path / "log", "me")
    await journal.renew()
    await journal.renew()
    assert [call.args for call in said.calls] == [("run_log.no_journal",)]
    assert not journal.note(ROWS[0])
    assert files(tmp_path) == []
    monkeypatch.undo()
    await journal.renew()
    assert journal.note(ROWS[0])
    journal.committed()
    journal.close()


async def test_what_the_database_does_not_take_stays_for_whoever_opens_it_next(
    tmp_path: Path,
) -> None:
    journal = Journal(tmp_path / "log", "me")
    await journal.renew()
    assert journal.note(ROWS[0])
    journal.close()
    assert taken(files(tmp_path)[0]) == ROWS[:1]


async def test_a_file_that_was_never_finished_has_nothing(tmp_path: Path) -> None:
    (tmp_path / "short").write_bytes(bytes(7))
    assert taken(tmp_path / "short") == []
    assert taken(tmp_path / "missing") == []


WORKER = """
import asyncio, pathlib, signal, sys
from api.runs.journal import Journal
journal = Journal(pathlib.Path(sys.argv[1]), "other")
asyncio.run(journal.renew())
for number in range(100_000):
    row = (number, 0, "text " * (number % 50), "r1", 1)
    if not journal.note(row):
        journal.committed()
        journal.note(row)
    print(number, flush=True)
"""


def test_what_a_worker_showed_before_it_was_killed_is_in_its_file(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WORKER, str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout
        for line in worker.stdout:
            if line == "1000\n":
                os.kill(worker.pid, signal.SIGKILL)
                break
        shown = [1000, *map(int, worker.stdout.read().split("\n")[:-1])]
        worker.wait(DEADLINE)
    (file,) = files(tmp_path)
    numbers = [row[0] for row in recorded(file.read_bytes())]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert numbers[-1] - shown[-1] in (0, 1), "the last may have been noted and not yet shown"
