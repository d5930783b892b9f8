"""The contract grows by addition: what would break the client of a released one is told."""

from pathlib import Path

import pytest

from scripts import contract_changes
from scripts.contract_changes import RELEASED, SCHEMA, breaks

CONTRACT = SCHEMA.read_text("utf-8")
SETTING = '  """Share of the likeliest words."""\n  topP: Float = null @range(min: 0, max: 1)\n'
PAUSED = "\ntype RunPaused implements Event { at: DateTime! runId: ID! seq: Int! }\n"


def changed(before: str, after: str, more: str = "") -> str:
    assert CONTRACT.count(before) >= 1, before
    return CONTRACT.replace(before, after, 1) + more


@pytest.mark.parametrize("released", sorted(RELEASED.glob("*.graphql")), ids=lambda path: path.stem)
def test_clients_of_a_released_contract_still_work(released: Path) -> None:
    assert breaks(released.read_text("utf-8"), CONTRACT) == []


@pytest.mark.parametrize(
    "newer",
    [
        changed("input ChatSettings {\n", "input ChatSettings {\n" + SETTING),
        changed("union RunEvent = ", "union RunEvent = RunPaused | ", PAUSED),
        changed("enum FinishReason {\n", "enum FinishReason {\n  TIRED\n"),
        changed("type Assistant {\n", "type Assistant {\n  mood: String!\n"),
        changed("@length(max: 32768)", "@length(max: 40000)"),
        changed("@range(max: 2, min: 0, step: 0.1)", "@range(max: 3, min: -1, step: 0.5)"),
        changed(' @control(kind: CHOICE, label: "Model", order: 10)', ""),
    ],
    ids=["setting", "event", "value", "field", "longer", "wider", "control"],
)
def test_additions_are_no_break(newer: str) -> None:
    assert breaks(CONTRACT, newer) == []


STARTERS = """  \"\"\"Questions that a person may start with; each fits the limit.\"\"\"
  starters: [String!]!
"""

BREAKS = {
    "a member is gone": (
        changed("union RunEvent = RunCancelled | ", "union RunEvent = "),
        "RunCancelled was removed from union type RunEvent",
    ),
    "a value is gone": (
        changed("  STOPPING\n", "  STOPPING_SOON\n"),
        "CancelOutcome.STOPPING was removed",
    ),
    "a field is gone": (changed(STARTERS, ""), "Assistant.starters was removed"),
    "a field may be null": (
        changed("starters: [String!]!", "starters: [String!]"),
        "Assistant.starters changed type",
    ),
    "more is required": (
        changed("input ChatSettings {\n", "input ChatSettings {\n  mood: String!\n"),
        "mood",
    ),
    "a text may be shorter": (
        changed("@length(max: 32768)", "@length(max: 10)"),
        "MessageInput.content got stricter: its length was 32768, is 10",
    ),
    "a number may be less": (
        changed("@range(max: 2, min: 0,", "@range(max: 1, min: 0,"),
        "ChatSettings.temperature got stricter: its max was 2, is 1",
    ),
    "a number must be more": (
        changed("@range(max: 2, min: 0,", "@range(max: 2, min: 1,"),
        "its min was 0, is 1",
    ),
    "a limit is new": (
        changed("assistantId: ID = null\n", "assistantId: ID = null @length(max: 3)\n"),
        "ChatInput.assistantId got stricter: its length was inf, is 3",
    ),
    "another default": (
        changed("OnDisconnect! = CONTINUE", "OnDisconnect! = CANCEL"),
        "ChatInput.onDisconnect had the default CONTINUE and has CANCEL",
    ),
    "another default of an argument": (
        changed("after: Int = null", "after: Int = 0"),
        "Subscription.run(after) had the default null and has 0",
    ),
    "a member that says nothing": (
        changed("union RunEvent = ", "union RunEvent = Bare | ", "\ntype Bare { x: Int }\n"),
        "Bare is new in RunEvent and does not implement Event",
    ),
}


@pytest.mark.parametrize(("newer", "told"), BREAKS.values(), ids=BREAKS)
def test_what_an_older_client_would_notice_is_told(newer: str, told: str) -> None:
    assert told in " ".join(breaks(CONTRACT, newer))


def test_the_check_says_which_contract_breaks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = tmp_path / "schema.graphql"
    newer.write_text(changed("@length(max: 32768)", "@length(max: 10)"), "utf-8")
    monkeypatch.setattr(contract_changes, "SCHEMA", newer)
    assert contract_changes.main() == 1
    assert "Against contract 1.0.0: MessageInput.content" in capsys.readouterr().err
