"""`parley-chat`: asks, streams, stops with Ctrl-C and joins a run."""

import csv
import io
import signal
import subprocess
from pathlib import Path

from scripts.swift import Toolchain
from tests.clients_swift.conftest import Swift
from tests.servers import LiveServer, wait_until
from tests.upstream.server import FakeUpstream


def test_a_question_gets_its_reply_and_the_csv_is_written(
    swift: Swift, parley_chat: Path, live_server: LiveServer, upstream: FakeUpstream, tmp_path: Path
) -> None:
    upstream.reply('Stan Lee, "the man".', usage={"prompt_tokens": 9, "completion_tokens": 3})
    file = tmp_path / "chat.csv"
    words = ("--csv", file, "Who created", "Spider-Man?")
    done = swift(parley_chat, *words, folders=(tmp_path,), PARLEY_API=live_server.url)
    assert (done.returncode, done.stdout) == (0, 'Stan Lee, "the man".\n'), done.stderr
    assert "12 tokens, unknown" in done.stderr
    rows = list(csv.reader(io.StringIO(file.read_text("utf-8-sig"), newline="")))
    assert rows == [
        ["role", "content"],
        ["user", "Who created Spider-Man?"],
        ["assistant", 'Stan Lee, "the man".'],
    ]


def test_ctrl_c_stops_the_model_and_keeps_what_came(
    toolchain: Toolchain, parley_chat: Path, live_server: LiveServer, upstream: FakeUpstream
) -> None:
    upstream.numbered(5000, rate=50, always=True)
    words = toolchain.words(parley_chat, "Count.", PARLEY_API=live_server.url)
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        assert process.stdout.read(2) == b"t0"
        process.send_signal(signal.SIGINT)
        reply, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"Stopped." in told
    assert reply.endswith(b"\n") and b"t4999" not in reply
    upstream.wait_until(lambda: len(upstream.closed_early) == 1)


def test_a_run_is_joined_from_its_beginning(
    swift: Swift, parley_chat: Path, live_server: LiveServer, upstream: FakeUpstream
) -> None:
    upstream.numbered(5, always=True)
    asked = swift(parley_chat, "Count.", PARLEY_API=live_server.url)
    run_id = asked.stderr.partition("run ")[2].split()[0]
    joined = swift(parley_chat, "--join", run_id, PARLEY_API=live_server.url)
    assert (joined.returncode, joined.stdout) == (0, "t0 t1 t2 t3 t4\n"), joined.stderr
    assert "user: Count." in joined.stderr


def test_what_goes_wrong_is_a_sentence_and_a_status(
    swift: Swift, parley_chat: Path, live_server: LiveServer
) -> None:
    for words, status, told in [
        (("--api", "http://127.0.0.1:9", "Hi"), 1, "cannot be reached (nobody listens there)"),
        (("--join", "nobody"), 1, "There is no run with this id"),
        (("--assistant", "nobody", "Hi"), 2, "there are: comic-book, general"),
        (("--loud",), 2, "There is no option --loud."),
    ]:
        done = swift(parley_chat, *words, PARLEY_API=live_server.url)
        assert done.returncode == status, done.stderr
        assert told in done.stderr


def test_questions_come_from_standard_input_one_by_one(
    toolchain: Toolchain, parley_chat: Path, live_server: LiveServer, upstream: FakeUpstream
) -> None:
    upstream.reply("One.")
    upstream.reply("Two.")
    done = subprocess.run(
        toolchain.words(parley_chat, PARLEY_API=live_server.url),
        input="First?\nSecond?\n",
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (0, "One.\nTwo.\n"), done.stderr
    wait_until(lambda: len(upstream.requests) == 2)
    assert [m["content"] for m in upstream.requests[1].body["messages"][1:]] == [
        "First?",
        "One.",
        "Second?",
    ]
