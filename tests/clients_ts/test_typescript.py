"""Runs the TypeScript client's tests with Node's own runner, against a live server where needed."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from clients.python.export import csv_file, to_csv
from tests.conftest import StartServer
from tests.upstream.server import FakeUpstream

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
NODE = ROOT / ".venv" / "bin" / "node"
PACKAGES = ROOT / "clients" / "node_modules"

RUNNER = ("--test", "--test-timeout=30000")
MODELS = ("numbered-3", "numbered-40@400", "numbered-5000@100")

ROWS = [
    ("user", "=1+1"),
    ("assistant", 'quotes " and, commas\nand\r\nlines'),
    ("user", "''-1"),
    ("assistant", "\t\x00\x0b\x1f\x7f\u2028\ufeff"),
    ("user", "👩\u200d🚀 é עברית \u202e"),
    ("assistant", " leading, and trailing "),
    ("user", ";'\uff1d1"),
    ("assistant", "\uff0b1"),
]


def node(*words: str, given: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    assert PACKAGES.is_dir(), "not set up: `make test` does it"
    return subprocess.run(
        [str(NODE), *words],
        cwd=HERE,
        env={"PATH": os.environ["PATH"], "NO_PROXY": "*", **environment},
        input=given.encode(),
        capture_output=True,
        timeout=120,
    )


def assert_passes(done: subprocess.CompletedProcess[bytes]) -> None:
    told = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, told
    assert "\nℹ pass 0\n" not in told, told


@pytest.mark.parametrize("file", ["fixtures", "panel", "money"])
def test_the_parts_without_a_server_pass(file: str) -> None:
    assert_passes(node(*RUNNER, f"{file}.test.ts"))


@pytest.mark.parametrize("file", ["session", "conversation"])
def test_the_parts_with_a_server_pass_and_leave_no_run_behind(
    file: str, start_server: StartServer, upstream: FakeUpstream
) -> None:
    server = start_server(
        openai_base_url=upstream.base_url, openai_api_key="sk-test", model="fake", models=MODELS
    )
    assert_passes(node(*RUNNER, f"{file}.test.ts", PARLEY_API=server.url))
    upstream.wait_until(lambda: not upstream.active)
    assert len(upstream.closed_early) >= 4


def test_the_csv_has_the_same_bytes_as_that_of_python() -> None:
    done = node("csv.ts", given=json.dumps(ROWS))
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout == csv_file(to_csv(ROWS))


@pytest.mark.parametrize("folder", ["clients/typescript", "tests/clients_ts", "clients/react"])
def test_the_types_fit(folder: str) -> None:
    compiler = PACKAGES / "typescript" / "bin" / "tsc"
    done = node(str(compiler), "--project", str(ROOT / folder))
    assert done.returncode == 0, done.stdout.decode()
