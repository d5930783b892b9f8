"""The toolchain, and the Swift package built once."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.swift import TREE, Toolchain, ready

PACKAGE = TREE / "clients" / "swift"
SECONDS = 900.0
"""For building all of it on a slow machine."""

Swift = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    return ready()


@pytest.fixture(scope="session")
def swift(toolchain: Toolchain) -> Swift:
    """A function that runs `swift build`, `swift test` … for our package, or any other command."""

    def run(
        *words: str | Path, folders: tuple[Path, ...] = (), **told: str
    ) -> "subprocess.CompletedProcess[str]":
        if words[0] in ("build", "test"):
            where = ("--package-path", PACKAGE, "--scratch-path", toolchain.build)
            words = ("swift", *words, *where)
        return subprocess.run(
            toolchain.words(*words, folders=folders, **told),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )

    assert_done(run("build", "--build-tests"))
    return run


@pytest.fixture(scope="session")
def parley_chat(swift: Swift, toolchain: Toolchain) -> Path:
    """The command that was built, as the toolchain sees it."""
    shown = swift("build", "--show-bin-path")
    assert_done(shown)
    return Path(shown.stdout.strip()) / "parley-chat"


def assert_done(done: "subprocess.CompletedProcess[str]") -> None:
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
