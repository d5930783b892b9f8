"""Downloads: files in the folder where the person started the program, never over another."""

from itertools import count
from pathlib import Path


def save(name: str, content: bytes) -> Path:
    """Write `conversation.csv`, or `conversation-2.csv` where that exists; where it is now.

    Raises OSError where the folder takes no file.
    """
    wanted = Path.cwd() / name
    for number in count(1):
        path = wanted if number == 1 else wanted.with_stem(f"{wanted.stem}-{number}")
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            continue
        return path
    raise AssertionError("counting never ends")
