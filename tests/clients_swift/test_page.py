"""The page for Swift engineers leads from nothing to a working chat."""

import shlex
from pathlib import Path

from scripts.swift import TREE
from tests.clients_swift.conftest import Swift, assert_done
from tests.docs.pages import follow
from tests.docs.test_client_pages import API, CLONE, answer
from tests.servers import LiveServer
from tests.upstream.server import FakeUpstream


def test_the_package_is_taken_and_chats(
    swift: Swift, tmp_path: Path, live_server: LiveServer, upstream: FakeUpstream
) -> None:
    answer(upstream)
    folder = tmp_path / "elsewhere"
    folder.mkdir()

    def shell(script: str, folder: Path) -> str:
        here = f"cd {shlex.quote(str(folder))} && {script}"
        done = swift("sh", "-euc", here, folders=(folder,))
        assert_done(done)
        return done.stdout

    follow("client-swift.md", folder, shell, {API: live_server.url, CLONE: str(TREE)})
