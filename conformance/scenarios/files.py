"""What a person takes away."""

import csv
import io
import json
from typing import Any

from conformance.nonconformity import Nonconformity
from conformance.scenario import scenario
from conformance.screens import Screen
from conformance.stage import Stage

QUESTION = "=1+1"
REPLY = 'Say "hi", then:\r\nnew line; ünï 🦸 \u202b\u05d0\u202c\n=SUM(A1)\n'
# An apostrophe keeps spreadsheets from running what looks like a formula (RFC 4180 says nothing).
ROWS = [("user", "'=1+1"), ("assistant", REPLY)]


def conversed(stage: Stage) -> Screen:
    screen = stage.open()
    stage.upstream.reply([REPLY])
    screen.ask_and_wait(QUESTION)
    return screen


@scenario("C10", "The CSV holds role and content of the conversation letter by letter")
def downloading_csv(stage: Stage) -> None:
    data = conversed(stage).downloaded("CSV")
    if not data.startswith(b"\xef\xbb\xbf"):
        raise Nonconformity("the CSV lacks the byte order mark that spreadsheets know UTF-8 by")
    columns, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    for name in ("role", "content"):
        if name not in columns:
            raise Nonconformity(f"the CSV has no column `{name}`; it has {columns!r}")
    found = [(row[columns.index("role")], row[columns.index("content")]) for row in rows]
    if found != ROWS:
        raise Nonconformity(f"the CSV holds {found!r} instead of {ROWS!r}")


@scenario("C11", "The JSON holds the conversation letter by letter, and its sums")
def downloading_json(stage: Stage) -> None:
    screen = conversed(stage)
    document = parsed(screen)
    said = [(one.get("role"), one.get("content")) for one in document.get("messages", [])]
    wanted = [("user", QUESTION), ("assistant", REPLY)]
    if said != wanted:
        raise Nonconformity(f"the JSON holds {said!r} instead of {wanted!r}")
    run = stage.run(screen.run_id)
    tokens = document.get("totals", {}).get("totalTokens")
    if tokens != run.token_usage.total_tokens:
        raise Nonconformity(
            f"the JSON counts {tokens} tokens, the server {run.token_usage.total_tokens}"
        )


def parsed(screen: Screen) -> dict[str, Any]:
    try:
        return dict(json.loads(screen.downloaded("JSON")))
    except ValueError as error:
        raise Nonconformity(f"the JSON cannot be read: {error}") from None
