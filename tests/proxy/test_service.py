"""`docs/parley.service`: what systemd is told fits the server that it starts."""

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from api.__main__ import _parser
from api.serve import AFTER_GRACE_SECONDS, STUCK_SECONDS
from api.settings import Settings

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "docs" / "parley.service"
EXPOSURE = 20
"""Most that `systemd-analyze security` may find, in tenths: 0 is safe, 96 is a service that names
no protection."""


@pytest.fixture
def unit() -> dict[str, list[str]]:
    """The unit's `[Service]` section; each name has all values that it is given."""
    values: dict[str, list[str]] = {}
    section = ""
    for line in UNIT.read_text().splitlines():
        if line.startswith("["):
            section = line
        elif "=" in line and not line.startswith("#") and section == "[Service]":
            name, _, value = line.partition("=")
            values.setdefault(name, []).append(value)
    return values


@pytest.fixture
def environment(unit: dict[str, list[str]]) -> dict[str, str]:
    pairs = [word.split("=", 1) for line in unit["Environment"] for word in shlex.split(line)]
    return {name: value for name, value in pairs}


def test_it_starts_a_command_that_there_is(unit: dict[str, list[str]]) -> None:
    program, *arguments = shlex.split(unit["ExecStart"][0])
    assert (Path(program).name, _parser().parse_args(arguments).command) == ("parley", "serve")
    assert (Path(sys.executable).parent / "parley").exists()


def test_it_sets_settings_that_there_are(environment: dict[str, str]) -> None:
    names = Settings.settings_names()
    assert environment.keys() <= names.keys()
    given = {names[name]: value for name, value in environment.items()}
    assert Settings(_env_file=None, **given).is_local  # type: ignore[call-arg,arg-type]


def test_the_end_comes_once_and_after_the_grace(
    unit: dict[str, list[str]], environment: dict[str, str]
) -> None:
    grace = float(environment["PARLEY_SHUTDOWN_GRACE_SECONDS"])
    needed = grace + AFTER_GRACE_SECONDS + STUCK_SECONDS
    assert needed < float(unit["TimeoutStopSec"][0]) < needed + 30
    # To all processes of the group, SIGTERM would reach workers twice, and twice means now.
    assert (unit["KillMode"], unit["KillSignal"]) == (["mixed"], ["SIGTERM"])
    assert f"must be {needed - grace:g} seconds longer" in (ROOT / "docs/operations.md").read_text()


def test_the_data_directory_is_all_that_it_may_write(
    unit: dict[str, list[str]], environment: dict[str, str]
) -> None:
    assert unit["ProtectSystem"] == ["strict"]
    assert environment["PARLEY_DATA_DIR"] == f"/var/lib/{unit['StateDirectory'][0]}"
    assert "ReadWritePaths" not in unit


@pytest.fixture
def analyze() -> str:
    return shutil.which("systemd-analyze") or pytest.skip("systemd-analyze needs systemd")


def test_systemd_understands_it(analyze: str, tmp_path: Path) -> None:
    copy = tmp_path / "parley.service"
    program = Path(sys.executable).parent / "parley"
    copy.write_text(UNIT.read_text().replace("/opt/parley/.venv/bin/parley", str(program)))
    done = subprocess.run([analyze, "verify", copy], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_it_is_hardened(analyze: str) -> None:
    asked = [analyze, "security", "--offline=true", f"--threshold={EXPOSURE}", UNIT]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60)
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze is older than 250")
    assert done.returncode == 0, done.stdout + done.stderr
