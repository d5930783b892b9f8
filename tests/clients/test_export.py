"""Downloads: what went in comes out, and no spreadsheet runs it."""

import csv
import io
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clients.python import Transcript
from clients.python.export import csv_file, guarded, to_csv, unguarded
from clients.python.messages import ChatMessage

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
HOSTILE = st.text("'=+-@＝＋－＠\t\r\n\"; ,a", max_size=12)  # noqa: RUF001


@given(st.lists(st.tuples(st.sampled_from(["user", "assistant"]), CELLS | HOSTILE)))
def test_a_csv_reads_back_as_what_it_was(rows: list[tuple[str, str]]) -> None:
    read = list(csv.reader(io.StringIO(to_csv(rows), newline="")))
    assert read[0] == ["role", "content"]
    assert [(role, unguarded(content)) for role, content in read[1:]] == rows


@given(CELLS | HOSTILE)
@example("=1+1")
@example("'=1")
@example("\r=1")
def test_no_cell_begins_like_a_formula(cell: str) -> None:
    assert not guarded(cell).startswith(tuple("=+-@＝＋－＠\t\r\n"))  # noqa: RUF001
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", ["plain", "'tis", "''", "", " =1", "1-1", "a=b"])
def test_other_cells_are_not_touched(cell: str) -> None:
    assert guarded(cell) == cell


def test_the_file_says_that_it_is_utf_8() -> None:
    data = csv_file(to_csv([("user", "日本 👩‍🚀")]))
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig") == "role,content\r\nuser,日本 👩‍🚀\r\n"


def test_a_lone_surrogate_does_not_prevent_the_download() -> None:
    assert csv_file(to_csv([("user", "\ud800")])).endswith(b"user,?\r\n")


def test_the_json_download_has_messages_with_figures_and_totals() -> None:
    transcript = Transcript(greeting="Hello!")
    transcript.messages = [ChatMessage("user", "Café ☕?"), ChatMessage("assistant", "Oui")]
    text = transcript.to_json()
    assert "Café ☕?" in text
    document = json.loads(text)
    assert [(m["role"], m["content"]) for m in document["messages"]] == [
        ("user", "Café ☕?"),
        ("assistant", "Oui"),
    ]
    assert document["totals"]["totalTokens"] == 0
