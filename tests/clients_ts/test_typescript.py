"""Runs the TypeScript client's tests with Node's own runner, against a live server where needed."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clients.python.export import csv_file, to_csv
from conformance.payloads import PAYLOADS
from tests.conftest import StartServer
from tests.servers import LiveServer
from tests.upstream.server import FakeUpstream

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
NODE = ROOT / ".venv" / "bin" / "node"
README = ROOT / "clients" / "typescript" / "README.md"
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


HARMLESS = set(
    re.findall(
        r"\w+",
        "p h2 h3 h4 h5 strong em del blockquote a span code pre hr br ul ol li table tr th td",
    )
)


def elements_of(tree: Any) -> Iterator[dict[str, Any]]:
    for node in tree:
        if isinstance(node, dict):
            yield node
            yield from elements_of(node.get("children", ()))


def node(
    *words: str, given: str = "", cwd: Path = HERE, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    assert PACKAGES.is_dir(), "not set up: `make test` does it"
    return subprocess.run(
        [str(NODE), *words],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "NO_PROXY": "*", **environment},
        input=given.encode(),
        capture_output=True,
        timeout=120,
    )


def assert_passes(done: subprocess.CompletedProcess[bytes]) -> None:
    told = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, told
    assert re.search(r"^. pass [1-9]", told, re.MULTILINE), told


@pytest.mark.parametrize("file", ["fixtures", "markdown", "money", "panel", "texts"])
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


def test_hostile_replies_become_elements_that_can_do_no_harm() -> None:
    done = node("markdown.ts", given=json.dumps(PAYLOADS))
    assert done.returncode == 0, done.stderr.decode()
    elements = [element for tree in json.loads(done.stdout) for element in elements_of(tree)]
    assert {element["tag"] for element in elements} <= HARMLESS
    attributes = {name for element in elements for name in element.get("attributes", ())}
    assert attributes <= {"href", "target", "rel", "start", "data-align", "data-dead"}
    addresses = [
        element["attributes"].get("href") for element in elements if "attributes" in element
    ]
    assert [a for a in addresses if a and not re.match(r"https?://|mailto:", a)] == []


def test_the_chat_of_the_readme_chats(live_server: LiveServer, upstream: FakeUpstream) -> None:
    upstream.reply("Stan Lee.", usage={"prompt_tokens": 9, "completion_tokens": 3})
    (code,) = re.findall(r"```ts\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    words = ("--conditions=parley-source", "--input-type=module-typescript", "-")
    done = node(*words, given=code, cwd=ROOT / "clients", PARLEY_API=live_server.url)
    assert done.stdout.decode() == "Stan Lee.\n12 tokens, unknown\n", done.stderr.decode()


@pytest.mark.parametrize("folder", ["clients/typescript", "tests/clients_ts", "clients/react"])
def test_the_types_fit(folder: str) -> None:
    compiler = PACKAGES / "typescript" / "bin" / "tsc"
    done = node(str(compiler), "--project", str(ROOT / folder))
    assert done.returncode == 0, done.stdout.decode()
