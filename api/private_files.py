"""Files and folders that only their owner may read."""

import os
from pathlib import Path


def make_private(folder: Path) -> None:
    """Create the folder with owner-only rights, where it is missing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def create_private(path: Path) -> None:
    """Create the file, and its folder, with owner-only rights, where it is missing."""
    make_private(path.parent)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
