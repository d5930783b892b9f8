"""`parley run` and `parley serve` as a person uses them: start, a taken port, Ctrl-C."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers import DEADLINE, ServerProcess, free_port, wait_until
from tests.upstream.server import FakeUpstream


@pytest.fixture
def environment(tmp_path: Path, upstream: FakeUpstream) -> dict[str, str]:
    upstream.reply("hello", always=True)
    own = {k: v for k, v in os.environ.items() if not k.startswith(("PARLEY_", "OPENAI_"))}
    return {
        **own,
        "OPENAI_BASE_URL": upstream.base_url,
        "PARLEY_MODEL": "fake",
        "PARLEY_DATA_DIR": str(tmp_path / "data"),
        "PARLEY_PORT": str(free_port()),
        "PARLEY_GRADIO_PORT": str(free_port()),
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture
def started(environment: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`parley run`, once it has printed its welcome."""
    with running(environment, tmp_path, "run") as process:
        yield process


@contextmanager
def running(
    environment: dict[str, str], tmp_path: Path, *arguments: str
) -> Iterator[subprocess.Popen[bytes]]:
    """`parley ARGUMENTS`, once it has printed its welcome; it writes to `run.log`."""
    output = tmp_path / "run.log"
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "api", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until(
            lambda: "Ctrl-C stops" in output.read_text() or process.poll() is not None,
            seconds=120,
            what="the welcome",
        )
        assert process.poll() is None, output.read_text()
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(DEADLINE)


def listens(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


def test_run_prints_addresses_and_a_curl_that_works_and_ctrl_c_ends_all(
    started: subprocess.Popen[bytes], environment: dict[str, str], tmp_path: Path
) -> None:
    told = (tmp_path / "run.log").read_text()
    api, page = environment["PARLEY_PORT"], environment["PARLEY_GRADIO_PORT"]
    assert f"http://127.0.0.1:{page}" in told
    assert f"http://127.0.0.1:{api}/graphql" in told
    curl = next(line.strip() for line in told.splitlines() if line.strip().startswith("curl"))
    body = json.loads(curl.split(" -d '")[1].rstrip("'"))
    request = urllib.request.Request(
        f"http://127.0.0.1:{api}/graphql",
        json.dumps(body).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
        assert json.load(answer)["data"]["chat"]["reply"]["content"] == "hello"
    with urllib.request.urlopen(f"http://127.0.0.1:{page}", timeout=DEADLINE) as answer:
        assert answer.status == 200
    started.send_signal(signal.SIGINT)
    assert started.wait(DEADLINE) == 0
    assert not listens(api)
    assert not listens(page)
    assert "Traceback" not in (tmp_path / "run.log").read_text()


@pytest.mark.parametrize("setting", ["PARLEY_PORT", "PARLEY_GRADIO_PORT"])
def test_a_taken_port_is_named_with_the_setting(environment: dict[str, str], setting: str) -> None:
    with socket.create_server(("127.0.0.1", int(environment[setting]))):
        done = subprocess.run(
            [sys.executable, "-m", "api", "run"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 1
    assert environment[setting] in done.stderr
    assert setting in done.stderr
    assert "Traceback" not in done.stderr


def test_serve_starts_the_named_frontends_and_ends_them(
    environment: dict[str, str], tmp_path: Path
) -> None:
    ports = {name: str(free_port()) for name in ("GRADIO", "STREAMLIT", "DASH")}
    environment |= {f"PARLEY_{name}_PORT": port for name, port in ports.items()}
    names = ["gradio", "streamlit", "dash", "react", "terminal"]
    api = f"http://127.0.0.1:{environment['PARLEY_PORT']}"
    with running(environment, tmp_path, "serve", "--frontend", *names) as process:
        told = (tmp_path / "run.log").read_text()
        for port in ports.values():
            with urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=DEADLINE) as answer:
                assert answer.status == 200
            assert f"http://127.0.0.1:{port}" in told
        assert f"{api}/app/" in told
        assert f"parley frontend terminal --api {api}" in told
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE) == 0
    for port in (environment["PARLEY_PORT"], *ports.values()):
        assert not listens(port)


def parley(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "api", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def test_where_the_react_page_is_is_told_and_the_way_out_where_it_is_not(
    environment: dict[str, str], tmp_path: Path, upstream: FakeUpstream
) -> None:
    model = {"OPENAI_BASE_URL": upstream.base_url, "PARLEY_MODEL": "fake"}
    with ServerProcess(tmp_path / "data", **model) as server:
        link = f"{server.url}/app/?run=abc"
        done = parley(environment, "frontend", "react", "--api", server.url, "--run", link)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.split()[-1] == link
    gone = parley(environment, "frontend", "react", "--api", server.url)
    assert gone.returncode == 1
    assert f"The Parley API at {server.url} cannot be reached" in gone.stderr
    no_port = parley(environment, "frontend", "react", "--port", "1")
    assert (no_port.returncode, no_port.stderr.count("no port of its own")) == (2, 1)


@pytest.mark.parametrize(
    ("name", "package"),
    [("gradio", "gradio"), ("streamlit", "streamlit"), ("dash", "dash"), ("terminal", "textual")],
)
def test_a_missing_extra_is_told_with_the_command_that_installs_it(
    environment: dict[str, str], name: str, package: str
) -> None:
    for arguments in (["frontend", name], ["serve", "--frontend", name]):
        without = (
            f"import sys; sys.modules[{package!r}] = None\n"
            f"from api.__main__ import main; sys.exit(main({arguments}))"
        )
        done = subprocess.run(
            [sys.executable, "-c", without],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 1
        assert f"[{name}]" in done.stderr
        assert "pip install" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [["frontend", "swing"], ["serve", "--frontend", "swing"]])
def test_an_unknown_frontend_is_told_with_those_that_there_are(
    environment: dict[str, str], words: list[str]
) -> None:
    done = parley(environment, *words)
    assert done.returncode == 2
    for name in ("gradio", "streamlit", "dash", "react", "terminal"):
        assert name in done.stderr


def test_serve_logs_neither_content_nor_key(
    environment: dict[str, str], tmp_path: Path, upstream: FakeUpstream
) -> None:
    upstream.fault("server_error", when=lambda body: "canary-question" in str(body))
    with ServerProcess(
        tmp_path / "data",
        OPENAI_BASE_URL=upstream.base_url,
        OPENAI_API_KEY="sk-canary-key",
        PARLEY_MODEL="fake",
        PARLEY_LOG_LEVEL="debug",
    ) as server:
        for question in ("canary-question", "canary-other"):
            body = {"history": [{"role": "user", "content": question}]}
            request = urllib.request.Request(
                f"{server.url}/chat",
                json.dumps(body).encode(),
                {"content-type": "application/json"},
            )
            try:
                urllib.request.urlopen(request, timeout=DEADLINE).close()
            except urllib.error.HTTPError as error:
                assert error.code == 503
    assert len(upstream.requests) == 2
    assert "canary" not in server.log.read_text()


def test_an_unknown_setting_stops_the_start_with_a_clear_message(
    environment: dict[str, str],
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "api", "serve"],
        env={**environment, "PARLEY_PROT": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "Did you mean PARLEY_PORT?" in done.stderr
    assert "Traceback" not in done.stderr
