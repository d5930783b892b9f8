"""Runs a page of the documentation as its reader would, block by block, in an empty folder.

- ```LANG title="FILE"   is written to that file;
- ```sh                  is run, and must succeed;
- ```text                is what the block before it prints.

A block of any other kind is an error: what isn't run may be wrong.
"""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BIN = ROOT / ".venv" / "bin"
SECONDS = 600.0

_BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.M | re.S)

Shell = Callable[[str, Path], str]
"""Runs a script in a folder, for what it prints."""


@dataclass(frozen=True)
class Block:
    language: str
    title: str | None
    text: str


def blocks_of(page: str) -> list[Block]:
    text = (DOCS / page).read_text("utf-8")
    found = [Block(*match.groups()) for match in _BLOCK.finditer(text)]
    assert len(found) * 2 == len(re.findall(r"^```", text, re.M)), f"{page}: a block isn't read"
    return found


def follow(page: str, folder: Path, shell: Shell, places: Mapping[str, str]) -> int:
    """Take the page's steps in the folder; returns how many blocks were run.

    `places`: what stands in the page → what it is here, for addresses and folders.
    """
    printed: str | None = None
    blocks = blocks_of(page)
    for block in blocks:
        text = block.text
        for told, real in places.items():
            text = text.replace(told, real)
        if block.title:
            file = folder / block.title
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        elif block.language == "sh":
            printed = shell(text, folder)
        else:
            assert block.language == "text", f"{page}: a {block.language} block that isn't run"
            assert printed is not None, f"{page}: nothing was run before this is printed"
            assert printed.rstrip("\n") == text.rstrip("\n"), page
    return len(blocks)


def bash(script: str, folder: Path) -> str:
    """The project's Node comes first; proxies and the project's own settings are left out."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PARLEY_", "OPENAI_", "MAKE"))}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={
            **kept,
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "NO_PROXY": "127.0.0.1",
            "npm_config_audit": "false",
            "npm_config_fund": "false",
            "npm_config_prefer_offline": "true",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, f"$ {script}\n{done.stdout}{done.stderr}"
    return done.stdout
