"""The pages for engineers of other repositories lead from nothing to a working chat."""

from pathlib import Path

import pytest

from tests.clients.cut_proxy import CutProxy
from tests.docs.pages import DOCS, ROOT, bash, blocks_of, follow
from tests.servers import LiveServer
from tests.upstream.server import FakeUpstream

API = "http://127.0.0.1:8000"
CLONE = "~/parley"
PACKAGES = ("client-typescript.md", "client-python.md")


@pytest.fixture
def places(live_server: LiveServer, upstream: FakeUpstream) -> dict[str, str]:
    answer(upstream)
    return {API: live_server.url, CLONE: str(ROOT)}


def answer(upstream: FakeUpstream) -> None:
    """What the model of the pages always says."""
    usage = {"prompt_tokens": 30, "completion_tokens": 12}
    upstream.reply("Stan Lee and Steve Ditko.", usage=usage, always=True)


@pytest.mark.parametrize("page", PACKAGES)
def test_a_package_is_taken_and_chats(page: str, tmp_path: Path, places: dict[str, str]) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    assert follow(page, folder, bash, places) > 8


def test_the_schema_alone_is_enough_also_where_the_stream_is_cut(
    tmp_path: Path, live_server: LiveServer, upstream: FakeUpstream
) -> None:
    answer(upstream)
    with CutProxy(live_server.port) as proxy:

        def cutting(script: str, folder: Path) -> str:
            if "node" in script:
                proxy.cut_at(b"TextDelta", b"RunCompleted")
            return bash(script, folder)

        follow("clients.md", tmp_path, cutting, {API: proxy.url})
        assert proxy.sent.count(b"subscription ($id") == 3


def test_every_client_page_is_run() -> None:
    run = {"clients.md", *PACKAGES, "client-swift.md"}
    assert {path.name for path in DOCS.glob("client*.md")} == run


def test_the_swift_page_has_nothing_that_isnt_run() -> None:
    """It is run by `make swift`; here only what can be told without a Swift."""
    kinds = [(block.language, bool(block.title)) for block in blocks_of("client-swift.md")]
    assert set(kinds) == {("swift", True), ("sh", False), ("text", False)}
