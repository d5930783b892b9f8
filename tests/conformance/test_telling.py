"""What the kit tells: sentences, the matrix, and whom the processes of a frontend asked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance import matrix
from conformance.__main__ import counted, told
from conformance.frontends import FINISHED
from conformance.playing import Outcome
from conformance.scenarios import SCENARIOS
from conformance.sockets import SocketNotes

FAILED = Outcome("gradio", "C10", "the CSV has no column `role`", 1.0)


def test_what_fails_is_told_with_the_frontends_name_and_the_rule() -> None:
    title = SCENARIOS["C10"].title
    assert told(FAILED) == f"Gradio: the CSV has no column `role` (C10, a MUST: {title})."


def test_a_frontend_that_does_not_start_fails_every_scenario_and_says_why() -> None:
    outcomes = counted(
        "gradio", ["C01", "C02"], [Outcome("gradio", "", "it does not start: no", 0)]
    )
    assert [(one.scenario, one.sentence) for one in outcomes] == [
        ("C01", "it does not start: no"),
        ("C02", "it does not start: no"),
    ]


def test_a_scenario_that_was_not_reached_counts_as_failed() -> None:
    outcomes = counted("gradio", ["C09", "C10"], [FAILED])
    assert [one.scenario for one in outcomes if one.sentence] == ["C10", "C09"]


def test_the_matrix_shows_what_failed_and_what_was_not_played() -> None:
    everything = [
        Outcome(name, id, "", 1.0)
        for name in FINISHED
        for id in SCENARIOS
        if (name, id) not in {("gradio", "C10"), ("react", "C11")}
    ]
    table = matrix.table([*everything, FAILED])
    lines = [line for line in table.splitlines() if matrix.FAILS in line]
    assert [line[2:5] for line in lines] == ["C10", "C11"]
    assert f" {len(SCENARIOS) - 1} of {len(SCENARIOS)} " in matrix.short_text([*everything, FAILED])


def test_only_what_stands_between_the_marks_is_written_anew(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- figures: begin (by hand) -->\nold\n<!-- figures: end -->\nb\n")
    matrix.put(page, "figures", "new\\1\n")
    text = "a\n<!-- figures: begin (by hand) -->\nnew\\1\n<!-- figures: end -->\nb\n"
    assert page.read_text() == text
    with pytest.raises(ValueError, match="no place for 'matrix'"):
        matrix.put(page, "matrix", "")


def test_a_process_that_asks_another_machine_is_found_out(tmp_path: Path) -> None:
    notes = SocketNotes(tmp_path / "notes")
    asking = """
import socket
for ask in (
    lambda: socket.getaddrinfo("localhost", 80),
    lambda: socket.getaddrinfo("a.invalid", 80),
    lambda: socket.create_connection(("192.0.2.1", 9), timeout=0.01),
):
    try: ask()
    except OSError: pass
"""
    environment = {**os.environ, **notes.environment}
    subprocess.run([sys.executable, "-c", asking], env=environment, check=True, timeout=60)
    assert "getaddrinfo a.invalid" in notes.asked
    assert "connect 192.0.2.1" in notes.asked
    assert not any("localhost" in line or "127.0.0.1" in line for line in notes.asked)
