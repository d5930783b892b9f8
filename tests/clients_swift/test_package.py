"""The Swift package's own tests: alone, and against an API process with the scripted upstream."""

import re
import subprocess
from pathlib import Path

from scripts.swift import TREE
from tests.clients.cut_proxy import CutProxy
from tests.clients_swift.conftest import PACKAGE, Swift, assert_done
from tests.servers import ServerProcess
from tests.upstream.server import FakeUpstream

GOLDEN = TREE / "tests" / "codegen" / "golden" / "swift"
MODELS = "numbered-40@100,numbered-40@400,numbered-5000@100"


def assert_passes(done: "subprocess.CompletedProcess[str]") -> None:
    assert_done(done)
    assert re.search(r"Executed [1-9][0-9]* tests, with 0 failures", done.stdout + done.stderr)


def test_it_builds_without_a_warning(swift: Swift) -> None:
    for file in sorted((PACKAGE / "Sources" / "Parley").glob("*.swift")):
        assert file.read_text("utf-8").startswith("// "), file  # says what is kept here
    strict = ("-typecheck", "-swift-version", "6", "-warnings-as-errors", "-module-name", "Parley")
    assert_done(swift("swiftc", *strict, *(PACKAGE / "Sources" / "Parley").rglob("*.swift")))


def test_it_is_written_in_the_houses_form(swift: Swift) -> None:
    by_hand = [f for f in PACKAGE.rglob("*.swift") if "_Generated" not in f.parts]
    form = ("--configuration", PACKAGE / ".swift-format")
    assert_done(swift("swift", "format", "lint", "--strict", *form, *by_hand))


def test_the_golden_package_compiles(swift: Swift) -> None:
    base = [PACKAGE / "Sources" / "Parley" / name for name in ("Wire.swift", "ExactDecimal.swift")]
    golden = sorted(GOLDEN.glob("*.swift"))
    assert golden
    assert_done(swift("swiftc", "-typecheck", "-swift-version", "6", *golden, *base))


def test_the_parts_without_a_server_pass(swift: Swift) -> None:
    assert_passes(swift("test", "--skip-build", "--skip", "SessionTests"))


def test_the_session_passes_and_leaves_no_run_behind(
    swift: Swift, tmp_path: Path, upstream: FakeUpstream
) -> None:
    settings = {
        "OPENAI_BASE_URL": upstream.base_url,
        "OPENAI_API_KEY": "sk-test",
        "PARLEY_MODEL": "fake",
        "PARLEY_MODELS": MODELS,
    }
    with ServerProcess(tmp_path / "data", **settings) as server, CutProxy(server.port) as proxy:
        proxy.cut_at(b" t9", b" t25")
        told = {"PARLEY_API": server.url, "PARLEY_SHAKY_API": proxy.url}
        assert_passes(swift("test", "--skip-build", "--filter", "SessionTests", **told))
        upstream.wait_until(lambda: not upstream.active)
        assert len(upstream.closed_early) >= 2
