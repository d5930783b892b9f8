"""What holds for every page beyond the conformance kit. A folder's test modules import these."""

import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import expect

from clients.python import Panel
from conformance.serving import PageProcess
from tests.browser import Tab
from tests.pages.fixtures import OpenTab, command_of
from tests.pages.screen import Screen
from tests.servers import ServerProcess
from tests.upstream import FakeUpstream

MARKUP = """\
![beacon](http://192.0.2.1/beacon.png) <http://192.0.2.1/> :material/delete: $x^2$
<script>x</script> <iframe src="http://192.0.2.1/"></iframe> <svg onload=alert(1)>
"""


def counted(count: int) -> str:
    return " ".join(f"t{i}" for i in range(count))


def test_no_page_names_a_setting(frontend: str) -> None:
    folder = Path(__file__).parents[2] / "clients" / f"{frontend}_ui"
    code = "".join(path.read_text() for path in folder.glob("*.[pcjh]*") if path.is_file())
    names = {control.path.rpartition(".")[2] for control in Panel.of().controls} - {"model"}
    assert names
    assert {name for name in names if name in code} == set()


def test_what_is_set_survives_a_reload(screen: Screen, upstream: FakeUpstream) -> None:
    screen.page.get_by_role("slider", name=re.compile("Temperature")).press("End")
    screen.ask_and_wait("Who?")
    screen.page.reload()
    expect(screen.replies).to_have_text("Who?")
    screen.button("Regenerate").click()
    upstream.wait_until(lambda: len(upstream.requests) == 2)
    assert upstream.requests[1].body["temperature"] == 2


def test_markup_that_a_page_does_not_draw_is_text(
    tab: Tab, screen: Screen, upstream: FakeUpstream
) -> None:
    upstream.reply([MARKUP])
    screen.ask_and_wait("Attack")
    for text in ("<script>", "<iframe", "<svg onload", ":material/delete:", "$x^2$"):
        expect(screen.replies).to_contain_text(text)
    expect(screen.replies.get_by_text("Image: beacon")).to_be_visible()


def test_code_can_be_copied(screen: Screen, upstream: FakeUpstream) -> None:
    upstream.reply(["```python\nprint('hi')\n```\n"])
    screen.ask_and_wait("Show")
    screen.replies.get_by_role("button", name="Copy code").click()
    expect(screen.replies.get_by_text("Copied")).to_be_visible()
    assert screen.page.evaluate("navigator.clipboard.readText()") == "print('hi')\n"


def test_the_browser_itself_refuses_what_the_page_should_never_fetch(screen: Screen) -> None:
    refused = screen.page.evaluate("""() => new Promise(resolve => {
      document.addEventListener("securitypolicyviolation", event => resolve(event.blockedURI));
      new Image().src = "http://127.0.0.1:9/x.png";
    })""")
    assert refused.startswith("http://127.0.0.1:9")


def test_a_page_that_was_first_waits_for_the_api(
    frontend: str, open_tab: OpenTab, upstream: FakeUpstream, tmp_path: Path
) -> None:
    model = {"OPENAI_BASE_URL": upstream.base_url, "PARLEY_MODEL": "fake"}
    api = ServerProcess(tmp_path / "data", **model)
    with PageProcess(command_of(frontend), api.url, tmp_path / "page.log") as served:
        screen = Screen(open_tab(served.url).page)
        expect(screen.alert).to_contain_text(f"The Parley API at {api.url} cannot be reached")
        with api:
            screen.wait_until_ready()
            expect(screen.alert).to_be_hidden()
            screen.ask_and_wait("Who?")
            expect(screen.replies).to_have_text("Who?")
        assert served.terminate() in (0, -15)


def test_a_taken_port_is_named_with_the_way_out(frontend: str, served: PageProcess) -> None:
    command = [sys.executable, "-m", f"clients.{frontend}_ui", "--port", str(served.port)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 1
    assert str(served.port) in ended.stderr
    assert "--port" in ended.stderr
