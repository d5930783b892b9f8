"""The nginx that the proxy tests run: found where there is one, else unpacked.

`python -m scripts.nginx` prints its path. Where none is found and Debian's packages can be had, one
is unpacked into `.venv`: nothing is installed, and no service starts.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

UNPACKED = Path(__file__).resolve().parent.parent / ".venv" / "nginx"
BINARY = Path("usr/sbin/nginx")
PACKAGES = ("nginx", "nginx-core", "nginx-light")
"""Which of them holds the program depends on the release of Debian or Ubuntu."""

HOW_TO_GET_IT = """\
The proxy tests need nginx and it could not be had here. Either
  install it with your system's packages (Debian: apt-get install nginx-light, macOS: brew install nginx), or
  set PARLEY_NGINX to the path of one that you have."""  # noqa: E501


def find() -> str | None:
    """Path of an nginx that starts; None where there is none.

    `PARLEY_NGINX` comes first and alone: a wrong path there is not papered over.
    """
    if named := os.environ.get("PARLEY_NGINX"):
        return named if _starts(named) else None
    return next((path for path in _candidates() if _starts(path)), None)


def unpack() -> str | None:
    """Unpack Debian's package, without rights and without installing it."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return None
    if os.geteuid() == 0:
        _run(["apt-get", "update", "-q"])
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as folder:
            _run(["apt-get", "download", "-q", package], folder)
            for archive in Path(folder).glob("*.deb"):
                _run(["dpkg-deb", "-x", str(archive), str(UNPACKED)])
        if path := find():
            return path
    return None


def _candidates() -> Iterator[str]:
    yield from filter(None, [shutil.which("nginx")])
    yield from ("/usr/sbin/nginx", "/usr/local/sbin/nginx", str(UNPACKED / BINARY))


def _starts(path: str) -> bool:
    try:
        return subprocess.run([path, "-v"], capture_output=True).returncode == 0
    except OSError:
        return False


def _run(command: list[str], folder: str | None = None) -> None:
    """Run it with its output on standard error; `find` tells afterwards whether it helped."""
    subprocess.run(command, cwd=folder, stdout=sys.stderr, check=False)


def main() -> None:
    """Print the path, or what to do about it where there is none: only some tests need it."""
    path = find()
    if path is None and not os.environ.get("PARLEY_NGINX"):
        path = unpack()
    print(path or HOW_TO_GET_IT)


if __name__ == "__main__":
    main()
