"""`parley doctor` says what is broken and what to do, and exits 1 if `serve` needs it."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.__main__ import main
from tests.servers import free_port
from tests.upstream.server import FakeUpstream


@pytest.fixture(autouse=True)
def settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, upstream: FakeUpstream
) -> Iterator[pytest.MonkeyPatch]:
    """A healthy server's settings; a test breaks one of them."""
    upstream.reply("hello", always=True)
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "OPENAI_BASE_URL": upstream.base_url,
        "OPENAI_API_KEY": "sk-canary",
        "PARLEY_MODEL": "fake",
        "PARLEY_DATA_DIR": str(tmp_path / "data"),
        "PARLEY_PORT": str(free_port()),
        "PARLEY_GRADIO_PORT": str(free_port()),
    }.items():
        monkeypatch.setenv(name, value)
    yield monkeypatch


def lines(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Name of the check → its line."""
    return {line[6:20].strip(): line for line in capsys.readouterr().out.splitlines()}


def test_a_healthy_server_passes_after_one_real_call(
    capsys: pytest.CaptureFixture[str], upstream: FakeUpstream
) -> None:
    assert main(["doctor"]) == 0
    told = lines(capsys)
    assert all(line.startswith(("ok", "warn")) for line in told.values())
    assert "5 characters" in told["model"]
    assert len(upstream.requests) == 1
    assert "canary" not in str(told)


def test_an_unreachable_model_fails_with_advice(
    settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{free_port()}/v1")
    assert main(["doctor"]) == 1
    line = lines(capsys)["model"]
    assert line.startswith("FAIL")
    assert "Is 127.0.0.1 up" in line
    assert "OPENAI_BASE_URL" in line


@pytest.mark.parametrize(
    ("address", "setting"),
    [("http://127.0.0.1:9/v1", "PARLEY_MODEL"), ("http://[::1", "OPENAI_BASE_URL")],
)
def test_settings_that_lead_to_no_answer_are_told_and_stop_the_start(
    settings: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    address: str,
    setting: str,
) -> None:
    settings.setenv("OPENAI_BASE_URL", address)
    if setting == "PARLEY_MODEL":
        settings.delenv(setting)
    assert main(["doctor"]) == 1
    assert setting in lines(capsys)["model"]
    served = subprocess.run([sys.executable, "-m", "api", "serve"], capture_output=True, text=True)
    assert served.returncode == 2
    assert setting in served.stderr
    assert "Traceback" not in served.stderr


@pytest.mark.parametrize(
    ("fault", "setting"),
    [("unauthorized", "OPENAI_API_KEY"), ("model_not_found", "PARLEY_MODEL")],
)
def test_a_model_that_refuses_fails_with_the_setting_to_mend(
    capsys: pytest.CaptureFixture[str], upstream: FakeUpstream, fault: str, setting: str
) -> None:
    upstream.fault(fault)
    assert main(["doctor"]) == 1
    assert setting in lines(capsys)["model"]


def test_frontends_that_are_not_installed_are_named(
    settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.setattr("importlib.util.find_spec", lambda name: None if name == "dash" else name)
    assert main(["doctor"]) == 0
    line = lines(capsys)["frontends"]
    assert "gradio, streamlit, react, terminal; not installed: dash" in line


def test_a_taken_port_is_named_with_its_setting(
    settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings.setenv("PARLEY_PORT", str(port))
        assert main(["doctor"]) == 1
    line = lines(capsys)["port"]
    assert str(port) in line
    assert "PARLEY_PORT" in line


def test_a_data_directory_that_cannot_be_made_fails(
    settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    settings.setenv("PARLEY_DATA_DIR", str(tmp_path / "file" / "data"))
    assert main(["doctor"]) == 1
    assert "PARLEY_DATA_DIR" in lines(capsys)["data directory"]


def test_a_broken_assistant_fails_with_its_line(
    settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "assistants"
    folder.mkdir()
    (folder / "good.toml").write_text('name = "Good"\nprompt = "x"\n')
    (folder / "bad.toml").write_text('name = "Bad"\nprompt = "x"\ngreting = "Hi"\n')
    settings.setenv("PARLEY_ASSISTANTS_DIR", str(folder))
    assert main(["doctor"]) == 1
    assert "bad.toml:3" in lines(capsys)["assistants"]


def test_a_wrong_setting_fails_before_anything_else(
    settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.setenv("PARLEY_PORT", "eighty")
    assert main(["doctor"]) == 1
    assert "PARLEY_PORT" in lines(capsys)["settings"]


def test_what_serve_can_do_without_is_only_a_warning(
    settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    settings.setattr("api.doctor.BUNDLE", tmp_path)
    assert main(["doctor"]) == 0
    assert lines(capsys)["GraphiQL"].startswith("warn")
