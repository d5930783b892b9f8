"""The conversation as CSV and JSON, for downloads.

Spreadsheets run cells that look like formulas. A cell that begins with any number of apostrophes
and then `=`, `+`, `-`, `@`, their full-width forms, a tab, a carriage return or a line feed gets
one more apostrophe in front. To read such a file back, take one apostrophe from every cell that
has at least one before such a character (`unguarded`): what comes out is exactly what went in.
"""

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import Any

COLUMNS = ("role", "content")

_FORMULA = "[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r\n]"
_LOOKS_LIKE_FORMULA = re.compile(f"'*{_FORMULA}")
_GUARDED = re.compile(f"'+{_FORMULA}")


def guarded(cell: str) -> str:
    """The cell as a spreadsheet may see it."""
    return f"'{cell}" if _LOOKS_LIKE_FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell as it was before `guarded`."""
    return cell[1:] if _GUARDED.match(cell) else cell


def to_csv(rows: Iterable[tuple[str, str]]) -> str:
    """RFC 4180 with the columns role and content; quotes, newlines and any letters survive."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows((role, guarded(content)) for role, content in rows)
    return text.getvalue()


def csv_file(text: str) -> bytes:
    """UTF-8 with a byte order mark, without which spreadsheets take it for another encoding."""
    return b"\xef\xbb\xbf" + text.encode("utf-8", "replace")


def to_json(document: Any) -> str:
    """Readable JSON that keeps every letter as it is."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
