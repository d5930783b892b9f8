"""What a person takes away: files and copied replies."""

import csv
import io
import json
from pathlib import Path

import pytest

from clients.python.addresses import run_named
from tests.servers import LiveServer
from tests.terminal.screen import Screen
from tests.upstream import FakeUpstream

pytestmark = pytest.mark.asyncio(loop_scope="module")

REPLY = 'Say "hi", then:\r\nnew line; ünï 🦸 \u202b\u05d0\u202c\n=SUM(A1)\n'


async def test_csv_and_json_hold_the_conversation_letter_by_letter(
    screen: Screen, upstream: FakeUpstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    upstream.reply([REPLY])
    await screen.ask_and_wait("=1+1")
    await screen.press("f5", "f6", "f5")
    await screen.until(lambda: (tmp_path / "conversation-2.csv").exists())
    await screen.until(lambda: "Saved conversation-2.csv" in screen.text)
    text = (tmp_path / "conversation.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    # An apostrophe keeps spreadsheets from running what looks like a formula.
    assert rows == [["role", "content"], ["user", "'=1+1"], ["assistant", REPLY]]
    document = json.loads((tmp_path / "conversation.json").read_text())
    assert [message["content"] for message in document["messages"]] == ["=1+1", REPLY]
    assert (tmp_path / "conversation-2.csv").read_bytes().decode("utf-8-sig") == text


async def test_a_folder_that_takes_no_file_is_told(
    screen: Screen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    await screen.ask_and_wait("Who?")
    gone.rmdir()
    await screen.press("f5")
    await screen.until(lambda: "Not saved" in screen.text)


async def test_a_reply_can_be_copied_as_it_was_written(
    screen: Screen, upstream: FakeUpstream
) -> None:
    markdown = 'A **bold** word, `code`,\n\tand "quotes" & <tags>.'
    upstream.reply([markdown])
    await screen.ask_and_wait("Who?")
    await screen.press("ctrl+y")
    await screen.until(lambda: screen.app.clipboard == markdown)
    await screen.ask_and_wait("Echo")
    await screen.press("shift+tab", "up", "c")
    await screen.until(lambda: screen.app.clipboard == "Echo")
    await screen.press("up", "c")
    await screen.until(lambda: screen.app.clipboard == markdown)


async def test_a_reply_s_link_leads_to_its_run(
    api: LiveServer, screen: Screen, upstream: FakeUpstream
) -> None:
    await screen.ask_and_wait("Who?")
    run_id = screen.app.visit.transcript.run_id
    await screen.press("shift+tab", "l")
    await screen.until(lambda: screen.app.clipboard == f"{api.url}/app/?run={run_id}")
    assert run_named(screen.app.clipboard) == run_named(f" {run_id} ") == run_id
