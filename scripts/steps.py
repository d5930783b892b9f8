"""A step of the set-up: what it is made from, whether it is due, and how it is told."""

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

MOST_LINES = 40
"""Of what a failed command printed."""


class StepError(Exception):
    """A command of a step failed; `str()` is the command and the end of what it printed."""


@dataclass(frozen=True)
class Step:
    """Something to build once, and again when one of its inputs has changed."""

    title: str
    build: Callable[[], None]
    stamp: Path
    inputs: tuple[Path, ...] = ()
    key: str = ""
    """Anything else that it depends on."""
    output: Path | None = None
    needs: tuple["Step", ...] = ()
    """Steps that make this one due as well."""
    covers: tuple["Step", ...] = ()
    """Steps that are done as well when this one is."""

    @property
    def is_due(self) -> bool:
        """True where the output is gone or an input's content differs from the last time."""
        if self.output and not self.output.exists():
            return True
        if any(step.is_due for step in self.needs):
            return True
        return not self.stamp.exists() or self.stamp.read_text() != self._fingerprint

    def mark_done(self) -> None:
        """Remember the inputs that it was built from."""
        self.stamp.parent.mkdir(parents=True, exist_ok=True)
        self.stamp.write_text(self._fingerprint)
        for step in self.covers:
            step.mark_done()

    @property
    def _fingerprint(self) -> str:
        return fingerprint(self.inputs) + self.key


def fingerprint(paths: Iterable[Path]) -> str:
    """Hash of the files' contents; a folder stands for all the files below it."""
    digest = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                digest.update(f"{file.name}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def take(steps: Iterable[Step]) -> None:
    """Take the steps that are due, one line each with the seconds that it took."""
    due = [step for step in steps if step.is_due]
    for number, step in enumerate(due, 1):
        print(f"[{number}/{len(due)}] {step.title} … ", end="", flush=True)
        started = time.monotonic()
        try:
            step.build()
        except BaseException:
            print("failed" if sys.exc_info()[0] is StepError else "stopped")
            raise
        step.mark_done()
        print(f"{time.monotonic() - started:.1f} s", flush=True)


def command(*words: str | Path, cwd: Path, environment: dict[str, str] | None = None) -> str:
    """Run it without input, silent unless it fails, for what it prints; raises `StepError`."""
    done = subprocess.run(
        words,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode:
        printed = (done.stdout + done.stderr).splitlines()
        raise StepError("\n".join(["$ " + " ".join(map(str, words)), *printed[-MOST_LINES:]]))
    return done.stdout
