"""Swift for `make swift`: the machine's own, else a Debian 13 root that is made once in the cache.

`python -m scripts.swift` readies it. The root takes about 3 GB; `SWIFT_ROOT` puts it elsewhere.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from scripts.steps import StepError, command

TREE = Path(__file__).resolve().parent.parent
CACHE = user_cache_path("parley")
PACKAGES = ("swiftlang", "libc6-dev", "libstdc++-14-dev", "ca-certificates")
KIND = "--no-install-recommends"

# In a mount namespace of its own: what is mounted is gone with the last process in it.
_UNSHARE = ("unshare", "--mount", "--propagation", "private")
_GENTLY = ("nice", "-n", "19", "ionice", "-c", "3")
_ENTER = """set -e
root=$1; shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
while [ "$1" != -- ]; do
    mkdir -p "$root$1"
    mount --bind "$1" "$root$1"
    shift
done
shift
exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LANG=C.UTF-8 "$@"
"""


@dataclass(frozen=True)
class Toolchain:
    """A Swift that can be run."""

    root: Path | None
    """The Debian that it lies in; None for the machine's own."""

    @property
    def build(self) -> Path:
        """Where packages are built, as the commands see it."""
        return Path("/var/cache/parley") if self.root else CACHE / "swift-build"

    def words(self, *words: str | Path, folders: tuple[Path, ...] = (), **told: str) -> list[str]:
        """The command that runs these words with this environment.

        In a root it sees of the machine the tree and these folders alone, at their own paths.
        """
        settings = [f"{name}={value}" for name, value in told.items()]
        run = list(map(str, words))
        if self.root is None:
            return ["env", *settings, *run]
        seen = map(str, (TREE, *folders))
        return [*_UNSHARE, "sh", "-c", _ENTER, "sh", str(self.root), *seen, "--", *settings, *run]


def ready() -> Toolchain:
    """The toolchain, which is made where there is none; raises `StepError` where it can't be."""
    if shutil.which("swift"):
        return Toolchain(None)
    root = Path(os.environ.get("SWIFT_ROOT") or CACHE / "swift-trixie")
    if not (root / ".ready").exists():
        _make(root)
    return Toolchain(root)


def _make(root: Path) -> None:
    """A minimal Debian 13 with Swift, at the lowest priority."""
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        raise StepError(
            "There is no `swift` here. Install Swift 6; or install `debootstrap` and run this as "
            "root: it then makes a Debian with Swift, which takes 3 GB."
        )
    print(f"Making a Debian 13 with Swift in {root}, once: a few minutes …", flush=True)
    root.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(root, ignore_errors=True)  # what was left of an attempt that was cut
    base = ("debootstrap", "--variant=minbase", "trixie", root)
    command(*_GENTLY, *_UNSHARE, *base, cwd=root.parent)
    shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")
    inside = Toolchain(root)
    for words in (("update",), ("install", "--yes", KIND, *PACKAGES), ("clean",)):
        apt = inside.words("apt-get", *words, DEBIAN_FRONTEND="noninteractive")
        command(*_GENTLY, *apt, cwd=root.parent)
    (root / ".ready").touch()


if __name__ == "__main__":
    try:
        ready()
    except StepError as error:
        sys.exit(str(error))
