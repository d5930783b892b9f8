"""What holds for the pages with a server of their own whose visits outlive it."""

from pathlib import Path

from playwright.sync_api import expect

from conformance.serving import PageProcess
from tests.pages.fixtures import OpenTab, command_of
from tests.pages.screen import Screen
from tests.servers import ServerProcess
from tests.upstream import FakeUpstream


def test_the_page_goes_on_when_its_own_server_is_new(
    frontend: str, open_tab: OpenTab, api: ServerProcess, upstream: FakeUpstream, work_dir: Path
) -> None:
    command = command_of(frontend)
    with PageProcess(command, api.url, work_dir / "first.log") as first:
        screen = Screen(open_tab(first.url).page)
        screen.wait_until_ready()
        gate = upstream.numbered(12, gated=True)
        screen.ask("Count")
        gate.release(3)
        expect(screen.replies).to_have_text("t0 t1 t2")
        assert screen.run_id
    with PageProcess(command, api.url, work_dir / "second.log", port=first.port):
        gate.open()
        screen.wait_until_idle()
        expect(screen.replies).to_have_text(" ".join(f"t{i}" for i in range(12)))
        screen.ask_and_wait("Echo")
        assert len(upstream.requests) == 2
