"""What holds for every page. A folder's test modules import these, and so run them on theirs."""

import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import expect

from clients.python import Panel
from tests.browser import Tab
from tests.pages.fixtures import ChooseAssistant, OpenTab
from tests.pages.screen import Screen
from tests.pages.serving import PageProcess
from tests.servers import ServerProcess
from tests.upstream import FakeUpstream

HOSTILE = """\
<script>document.title = "taken"</script><img src=x onerror="document.title='taken'">
![beacon](http://192.0.2.1/beacon.png) <http://192.0.2.1/>

[click me](javascript:document.title='taken') [data](data:text/html,<script>alert(1)</script>)
<iframe src="http://192.0.2.1/"></iframe><style>body{display:none}</style>

[ref]: javascript:alert(1)
[ref] <svg onload=alert(1)> <form action="http://192.0.2.1/"><input name=q></form>
:material/delete: $x^2$
"""


def counted(count: int) -> str:
    return " ".join(f"t{i}" for i in range(count))


def test_the_first_page_greets_and_asks_nothing_of_the_outside(tab: Tab) -> None:
    screen = Screen(tab.page)
    screen.wait_until_ready()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Comic Book Assistant")
    expect(screen.greeting).to_contain_text("I am your comic book assistant")
    expect(tab.page.get_by_text("Answers come from gpt-4o-mini.")).to_be_visible()
    expect(screen.button("Who created Spider-Man?")).to_be_visible()
    assert len(tab.requests) > 5
    assert tab.outside == []


def test_words_appear_before_the_model_has_finished(screen: Screen, upstream: FakeUpstream) -> None:
    gate = upstream.numbered(6, gated=True)
    screen.ask("Count to six")
    expect(screen.box).to_have_value("")
    gate.release(2)
    expect(screen.replies).to_have_text(counted(2))
    gate.release(2)
    expect(screen.replies).to_have_text(counted(4))
    assert upstream.requests[0].active
    gate.open()
    screen.wait_until_idle()
    expect(screen.replies).to_have_text(counted(6))


def test_a_starter_is_asked_with_one_click(screen: Screen, upstream: FakeUpstream) -> None:
    upstream.reply("Stan Lee and Steve Ditko.")
    screen.button("Who created Spider-Man?").click()
    expect(screen.replies).to_have_text("Stan Lee and Steve Ditko.")
    expect(screen.button("Tell me about Tintin.")).to_be_hidden()
    assert upstream.requests[0].messages[-1]["content"] == "Who created Spider-Man?"


def test_stop_disconnects_the_model_and_keeps_what_came(
    screen: Screen, upstream: FakeUpstream
) -> None:
    gate = upstream.numbered(50, gated=True)
    screen.ask("Count")
    gate.release(3)
    expect(screen.replies).to_have_text(counted(3))
    screen.button("Stop").click()
    upstream.wait_until(lambda: upstream.requests[0].closed_early)
    screen.wait_until_idle()
    expect(screen.replies).to_have_text(counted(3))
    expect(screen.log.get_by_text("Stopped.")).to_be_visible()
    assert upstream.requests[0].tokens_sent <= 4


def test_questions_are_counted_and_capped_at_fifty(screen: Screen, upstream: FakeUpstream) -> None:
    screen.box.fill("x" * 49 + "🦸")
    expect(screen.counter).to_have_text("50 / 50")
    screen.box.fill("x" * 50 + "🦸")
    expect(screen.counter).to_have_text("51 / 50")
    screen.box.press("Enter")
    expect(screen.alert).to_contain_text("51 characters; 50 are allowed")
    assert upstream.requests == []
    expect(screen.box).to_have_value("x" * 50 + "🦸")
    screen.box.fill("x" * 50)
    screen.button("Send").click()
    expect(screen.replies).to_have_text("x" * 50)
    expect(screen.alert).to_be_hidden()
    expect(screen.counter).to_have_text("0 / 50")


def test_a_failure_is_a_sentence_and_retry_asks_again(
    screen: Screen, upstream: FakeUpstream
) -> None:
    upstream.fault("server_error", always=True)
    screen.ask("Who is Robin?")
    expect(screen.alert).to_contain_text(re.compile(r"[A-Z].{20,}\."))
    expect(screen.alert).not_to_contain_text("secret")
    upstream.reset()
    upstream.reply("Dick Grayson.")
    screen.button("Retry").click()
    expect(screen.replies).to_have_text("Dick Grayson.")
    expect(screen.alert).to_be_hidden()
    assert [turn["content"] for turn in upstream.requests[0].messages[1:]] == ["Who is Robin?"]


def test_a_reply_that_is_cut_keeps_its_words_and_says_so(
    screen: Screen, upstream: FakeUpstream
) -> None:
    upstream.fault("connection_reset", after_tokens=3)
    screen.ask("Count")
    expect(screen.alert).to_be_visible()
    expect(screen.replies).to_have_text(counted(3))
    expect(screen.button("Retry")).to_be_visible()


def test_regenerate_replaces_the_reply_and_both_are_paid(
    screen: Screen, upstream: FakeUpstream
) -> None:
    # gpt-4o-mini costs $0.15 for a million input tokens and $0.60 for a million output tokens.
    upstream.reply("One.", usage={"prompt_tokens": 100, "completion_tokens": 10}, times=1)
    upstream.reply("Two.", usage={"prompt_tokens": 100, "completion_tokens": 10}, times=1)
    screen.ask_and_wait("Who?")
    screen.button("Regenerate").click()
    expect(screen.replies).to_have_text(["Two."])
    screen.wait_until_idle()
    expect(screen.log.get_by_text("$0.000021")).to_have_count(1)
    expect(screen.cost).to_have_text("Session: 220 tokens, cost $0.000042")
    assert upstream.requests[0].messages == upstream.requests[1].messages


def test_clear_in_mid_answer_stops_the_model_and_begins_anew(
    screen: Screen, upstream: FakeUpstream
) -> None:
    gate = upstream.numbered(50, gated=True)
    screen.ask("Count")
    gate.release(2)
    expect(screen.replies).to_have_text(counted(2))
    screen.button("Clear conversation").click()
    upstream.wait_until(lambda: upstream.requests[0].closed_early)
    expect(screen.questions).to_have_count(0)
    screen.wait_until_idle()
    expect(screen.cost).to_have_text("")
    expect(screen.page).not_to_have_url(re.compile("run="))
    screen.ask_and_wait("Echo")
    expect(screen.replies).to_have_text(["Echo"])
    assert [turn["content"] for turn in upstream.requests[-1].messages[1:]] == ["Echo"]


def test_csv_and_json_hold_the_conversation_letter_by_letter(
    screen: Screen, upstream: FakeUpstream
) -> None:
    reply = 'Say "hi", then:\r\nnew line; ünï 🦸 \u202b\u05d0\u202c\n=SUM(A1)\n'
    upstream.reply([reply])
    screen.ask_and_wait("=1+1")
    # An apostrophe keeps spreadsheets from running what looks like a formula.
    assert screen.csv_rows() == [["role", "content"], ["user", "'=1+1"], ["assistant", reply]]
    document = screen.json_document()
    assert [m["content"] for m in document["messages"]] == ["=1+1", reply]


def test_a_reply_can_be_copied_as_it_was_written(screen: Screen, upstream: FakeUpstream) -> None:
    markdown = 'A **bold** word, `code`, and "quotes" & <tags>.'
    upstream.reply(markdown)
    screen.ask_and_wait("Who?")
    article = screen.log.get_by_role("article").filter(has=screen.page.get_by_text("bold"))
    article.get_by_role("button", name="Copy message").click()
    expect(article.get_by_text("Copied")).to_be_visible()
    assert screen.page.evaluate("navigator.clipboard.readText()") == markdown


def test_the_order_of_the_conversation_can_be_turned_over(
    screen: Screen, upstream: FakeUpstream
) -> None:
    oldest_first = ["Hello!", "One?", "One?", "Two?", "Two?"]
    screen.newest_first.set_checked(True, force=True)
    screen.ask_and_wait("One?")
    screen.ask_and_wait("Two?")
    expect(screen.messages).to_have_text([re.compile(text) for text in reversed(oldest_first)])
    screen.newest_first.set_checked(False, force=True)
    expect(screen.messages).to_have_text([re.compile(text) for text in oldest_first])


def test_every_setting_of_the_contract_is_drawn(screen: Screen) -> None:
    assert len(Panel.of().controls) > 1
    for control in Panel.of().controls:
        expect(screen.page.get_by_label(control.label, exact=True).first).to_be_visible()


def test_no_page_names_a_setting(frontend: str) -> None:
    folder = Path(__file__).parents[2] / "clients" / f"{frontend}_ui"
    code = "".join(path.read_text() for path in folder.glob("*.[pcjh]*") if path.is_file())
    names = {control.path.rpartition(".")[2] for control in Panel.of().controls} - {"model"}
    assert names
    assert {name for name in names if name in code} == set()


def test_what_is_set_reaches_the_model_and_survives_a_reload(
    screen: Screen, upstream: FakeUpstream
) -> None:
    slider = screen.page.get_by_role("slider", name=re.compile("Temperature"))
    slider.press("End")
    screen.ask_and_wait("Who?")
    assert upstream.requests[0].body["temperature"] == 2
    screen.page.reload()
    expect(screen.replies).to_have_text("Who?")
    screen.button("Regenerate").click()
    upstream.wait_until(lambda: len(upstream.requests) == 2)
    assert upstream.requests[1].body["temperature"] == 2


def test_what_the_model_says_runs_nothing_and_fetches_nothing(
    tab: Tab, screen: Screen, upstream: FakeUpstream
) -> None:
    title = tab.page.title()
    upstream.reply([HOSTILE])
    screen.ask_and_wait("Attack")
    reply = screen.replies
    for text in ("<script>", "<iframe", "<svg onload", ":material/delete:", "$x^2$"):
        expect(reply).to_contain_text(text)
    expect(reply.get_by_text("Image: beacon")).to_be_visible()
    reply.get_by_text("click me").click()
    assert reply.locator("img, script, iframe, style, svg, form, input").count() == 0
    schemes = reply.locator("a").evaluate_all("links => links.map(link => link.protocol)")
    assert set(schemes) <= {"http:", ":", ""}
    assert (tab.page.title(), tab.errors, tab.outside) == (title, [], [])


def test_code_and_tables_are_drawn(screen: Screen, upstream: FakeUpstream) -> None:
    upstream.reply(["| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nprint('hi')\n```\n"])
    screen.ask_and_wait("Show")
    expect(screen.replies.get_by_role("cell")).to_have_text(["1", "2"])
    expect(screen.replies.locator("pre code")).to_have_text("print('hi')\n")
    screen.replies.get_by_role("button", name="Copy code").click()
    expect(screen.replies.get_by_text("Copied")).to_be_visible()
    assert screen.page.evaluate("navigator.clipboard.readText()") == "print('hi')\n"


def test_a_reload_in_mid_answer_loses_and_doubles_no_word(
    screen: Screen, upstream: FakeUpstream
) -> None:
    gate = upstream.numbered(12, gated=True)
    screen.ask("Count")
    gate.release(4)
    expect(screen.replies).to_have_text(counted(4))
    assert screen.run_id
    screen.page.reload()
    expect(screen.replies).to_have_text(counted(4))
    expect(screen.questions).to_have_text("Count")
    gate.release(4)
    expect(screen.replies).to_have_text(counted(8))
    gate.open()
    screen.wait_until_idle()
    expect(screen.replies).to_have_text(counted(12))
    assert len(upstream.requests) == 1


def test_a_second_window_follows_the_run_and_can_stop_it(
    screen: Screen, upstream: FakeUpstream, open_tab: OpenTab, served: PageProcess
) -> None:
    gate = upstream.numbered(50, gated=True)
    screen.ask("Count")
    gate.release(3)
    expect(screen.replies).to_have_text(counted(3))
    second = Screen(open_tab(f"{served.url}?run={screen.run_id}").page)
    expect(second.questions).to_have_text("Count")
    expect(second.replies).to_have_text(counted(3))
    gate.release(2)
    for window in (screen, second):
        expect(window.replies).to_have_text(counted(5))
    second.button("Stop").click()
    upstream.wait_until(lambda: upstream.requests[0].closed_early)
    for window in (screen, second):
        window.wait_until_idle()
        expect(window.replies).to_have_text(counted(5))
        expect(window.log.get_by_text("Stopped.")).to_be_visible()


def test_a_link_to_an_unknown_run_says_so_and_the_page_works(
    open_tab: OpenTab, served: PageProcess, upstream: FakeUpstream
) -> None:
    screen = Screen(open_tab(f"{served.url}?run=nowhere").page)
    screen.wait_until_ready()
    expect(screen.alert).to_contain_text("There is no run")
    screen.ask_and_wait("Who?")
    expect(screen.replies).to_have_text("Who?")
    expect(screen.alert).to_be_hidden()


def test_another_assistant_has_its_own_name_greeting_and_cap(
    screen: Screen, upstream: FakeUpstream, choose_assistant: ChooseAssistant
) -> None:
    choose_assistant(screen, "General Assistant")
    expect(screen.page.get_by_role("heading", level=1)).to_have_text("General Assistant")
    expect(screen.greeting).to_contain_text("What can I do for you?")
    expect(screen.counter).to_have_text("")
    screen.ask_and_wait("x" * 80)
    expect(screen.replies).to_have_text("x" * 80)
    assert "helpful assistant" in upstream.requests[0].messages[0]["content"]


def test_the_page_recovers_when_the_api_comes_and_comes_back(
    frontend: str, open_tab: OpenTab, upstream: FakeUpstream, tmp_path: Path
) -> None:
    model = {"OPENAI_BASE_URL": upstream.base_url, "PARLEY_MODEL": "fake"}
    api = ServerProcess(tmp_path / "data", **model)
    with PageProcess(frontend, api.url, tmp_path / "page.log") as served:
        screen = Screen(open_tab(served.url).page)
        expect(screen.alert).to_contain_text(f"The Parley API at {api.url} cannot be reached")
        with api:
            screen.wait_until_ready()
            expect(screen.alert).to_be_hidden()
            gate = upstream.numbered(50, gated=True)
            screen.ask("Count")
            gate.release(3)
            expect(screen.replies).to_have_text(counted(3))
            api.kill()
            expect(screen.alert).to_contain_text("The connection was lost. Trying again")
            api.start()
            screen.wait_until_idle()
            expect(screen.replies).to_have_text(counted(3))
            upstream.reset()
            upstream.reply("Again.")
            screen.button("Retry").click()
            expect(screen.replies).to_have_text("Again.")
        assert served.terminate() in (0, -15)


def test_a_taken_port_is_named_with_the_way_out(frontend: str, served: PageProcess) -> None:
    command = [sys.executable, "-m", f"clients.{frontend}_ui", "--port", str(served.port)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 1
    assert str(served.port) in ended.stderr
    assert "--port" in ended.stderr
