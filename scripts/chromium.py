"""The Chromium that the browser tests drive: found where there is one, else installed.

`python -m scripts.chromium` prints its path and installs it first where none is found.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
HOW_TO_GET_IT = """\
The browser tests need Chromium and it could not be installed here. Either
  install it with your system's packages (Debian: apt-get install chromium), or
  set PARLEY_CHROMIUM to the path of a Chromium or Chrome that you have."""


def find() -> str | None:
    """Path of a Chromium that starts; None where there is none.

    `PARLEY_CHROMIUM` comes first and alone: a wrong path there is not papered over.
    """
    if named := os.environ.get("PARLEY_CHROMIUM"):
        return named if _starts(named) else None
    return next((path for path in _candidates() if _starts(path)), None)


def install() -> str | None:
    """Install Chromium: Debian's package where that is allowed, else Playwright's build."""
    if shutil.which("apt-get") and os.geteuid() == 0 and _is_debian():
        apt = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        _run(["apt-get", "update", "-q"], apt)
        _run(["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"], apt)
        if path := find():
            return path
    with_system_libraries = ["--with-deps"] if sys.platform == "linux" and os.geteuid() == 0 else []
    _run([sys.executable, "-m", "playwright", "install", *with_system_libraries, "chromium"])
    return find()


def _candidates() -> Iterator[str]:
    yield from filter(None, map(shutil.which, NAMES))
    yield from filter(os.path.exists, MAC_APPLICATIONS)
    if path := _playwright_path():
        yield path


def _playwright_path() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _starts(path: str) -> bool:
    """False for a missing file and for Ubuntu's stub, which only points to the snap shop."""
    try:
        return subprocess.run([path, "--version"], capture_output=True).returncode == 0
    except OSError:
        return False


def _is_debian() -> bool:
    return platform.freedesktop_os_release().get("ID") == "debian"


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run it with its output on standard error; `find` tells afterwards whether it helped."""
    subprocess.run(command, env=environment, stdout=sys.stderr, check=False)


def main() -> None:
    """Print the path; exit with what to do about it where there is none."""
    path = find()
    if path is None and not os.environ.get("PARLEY_CHROMIUM"):
        path = install()
    if path is None:
        sys.exit(HOW_TO_GET_IT)
    print(path)


if __name__ == "__main__":
    main()
