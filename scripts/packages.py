"""Builds the clients for other repositories: `python -m scripts.packages [FOLDER]`.

The wheel holds `clients/python`, as `parley_client`, without what only the frontends here use; the
tarball holds `clients/typescript`, compiled. Each is built in a copy: the tree stays as it is.
"""

import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.steps import StepError, command

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
CLIENTS = ROOT / "clients"
HERE, THERE = "clients.python", "parley_client"
"""The name of the Python client in this repository, and in others."""


def copy_python_client(folder: Path, name: str = THERE) -> None:
    """The Python client as a package of this name in the folder."""
    skipped = shutil.ignore_patterns("__pycache__", "pages", "pyproject.toml", "README.md")
    shutil.copytree(CLIENTS / "python", folder / name, ignore=skipped)
    for module in (folder / name).rglob("*.py"):
        module.write_text(module.read_text("utf-8").replace(HERE, name), "utf-8")


def build_wheel(out: Path) -> Path:
    """`parley_client-….whl` in this folder; raises `StepError`."""
    with TemporaryDirectory() as scratch:
        copy = Path(scratch)
        copy_python_client(copy)
        for name in ("pyproject.toml", "README.md"):
            shutil.copy(CLIENTS / "python" / name, copy)
        shutil.copy(ROOT / "LICENSE", copy)
        command(BIN / "hatchling", "build", "--target", "wheel", "--directory", out, cwd=copy)
    return _only(out, "parley_client-*.whl")


def build_tarball(out: Path) -> Path:
    """`parley-client-….tgz` in this folder; raises `StepError`."""
    with TemporaryDirectory() as scratch:
        copy = Path(scratch) / "typescript"
        skipped = shutil.ignore_patterns("dist", "node_modules")
        shutil.copytree(CLIENTS / "typescript", copy, ignore=skipped)
        shutil.copy(ROOT / "LICENSE", copy)
        (Path(scratch) / "node_modules").symlink_to(CLIENTS / "node_modules")
        environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
        pack = ("pack", "--pack-destination", out, "--loglevel=error")
        command(BIN / "npm", *pack, cwd=copy, environment=environment)
    return _only(out, "parley-client-*.tgz")


def _only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def main(arguments: list[str]) -> None:
    out = Path(arguments[0]).resolve() if arguments else ROOT / "dist"
    out.mkdir(parents=True, exist_ok=True)
    for pattern in ("parley_client-*.whl", "parley-client-*.tgz"):
        for old in out.glob(pattern):
            old.unlink()
    print(build_wheel(out))
    print(build_tarball(out))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except StepError as error:
        sys.exit(str(error))
