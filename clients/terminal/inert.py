"""Text of others as a terminal may see it.

A reply could otherwise move the cursor, set the window's title, write to the clipboard, or show
code in another order than it runs (https://trojansource.codes).
"""

_LINE_ENDS = dict.fromkeys([0x2028, 0x2029], "\n")
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"}
_DROPPED = dict.fromkeys([0x0D, *range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_INERT = {**_PICTURES, 0x7F: "\u2421", **_LINE_ENDS, **_DROPPED}


def inert(text: str) -> str:
    """Without control characters: newlines and tabs stay, Escape and its like become pictures
    (`␛`), C1 controls and overrides of the direction of text are left out.

    Works on a text in pieces as on the whole.
    """
    return text.translate(_INERT)
