"""`parley ask`, as shells and scripts use it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from clients.python import Run, Session
from tests.servers import DEADLINE, LiveServer, free_port
from tests.upstream import FakeUpstream

ASK = [sys.executable, "-m", "clients.terminal", "ask"]
PARLEY_ASK = [sys.executable, "-m", "api", "ask"]
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("PARLEY_", "OPENAI_"))}
PIPE = subprocess.PIPE


def ask(
    url: str, *arguments: str, stdin: str = "", command: list[str] = ASK
) -> subprocess.CompletedProcess[str]:
    told = [*command, "--api", url, *arguments]
    return subprocess.run(
        told, input=stdin, capture_output=True, text=True, env=ENVIRONMENT, timeout=60
    )


@contextmanager
def asking(url: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [*ASK, "--api", url, *arguments], stdin=PIPE, stdout=PIPE, stderr=PIPE, env=ENVIRONMENT
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def test_the_reply_is_on_stdout_and_all_else_on_stderr(
    api: LiveServer, upstream: FakeUpstream
) -> None:
    upstream.reply("Two words.", usage={"prompt_tokens": 100, "completion_tokens": 10})
    done = ask(api.url, stdin="Who?\n", command=PARLEY_ASK)
    assert (done.returncode, done.stdout) == (0, "Two words.\n")
    assert "110 tokens, cost $0.000021, run " in done.stderr
    assert upstream.requests[0].messages[-1]["content"] == "Who?"


def test_words_are_printed_before_the_model_has_finished(
    api: LiveServer, upstream: FakeUpstream
) -> None:
    gate = upstream.numbered(4, gated=True)
    with asking(api.url, "Count", "to", "four") as process:
        assert process.stdout
        gate.release(2)
        read = b""
        while len(read) < len(b"t0 t1"):
            read += os.read(process.stdout.fileno(), 100)
        assert (read, upstream.requests[0].active) == (b"t0 t1", True)
        gate.open()
        assert process.wait(DEADLINE) == 0
    assert upstream.requests[0].messages[-1]["content"] == "Count to four"


def test_json_is_the_whole_reply_exact_and_inert(api: LiveServer, upstream: FakeUpstream) -> None:
    said = "ünï 🦸 \x1b]0;owned\x07 \x9b31m \u202e"
    upstream.reply([said])
    done = ask(api.url, "--assistant", "general", "--json", "Who?")
    assert done.returncode == 0
    reply = json.loads(done.stdout)
    assert (reply["content"], reply["status"]) == (said, "done")
    assert reply["spent"]["tokenUsage"]["completionTokens"] == 1
    assert "ünï 🦸" in done.stdout
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(done.stdout)
    assert "helpful assistant" in upstream.requests[0].messages[0]["content"]


def test_control_characters_of_the_model_do_not_reach_the_terminal(
    api: LiveServer, upstream: FakeUpstream
) -> None:
    upstream.reply(["a\x1b", "]0;owned\x07", "\n\tb\u202e\x9b2J"])
    assert ask(api.url, "Who?").stdout == "a␛]0;owned␇\n\tb2J\n"


def test_a_problem_is_a_sentence_on_stderr(api: LiveServer, upstream: FakeUpstream) -> None:
    done = ask(api.url, "x" * 51)
    assert (done.returncode, done.stdout) == (1, "")
    assert "51 characters" in done.stderr
    assert "Traceback" not in done.stderr
    assert upstream.requests == []


def test_a_reply_that_is_cut_is_no_success(api: LiveServer, upstream: FakeUpstream) -> None:
    upstream.fault("connection_reset", after_tokens=2)
    done = ask(api.url, "Count")
    assert (done.returncode, done.stdout) == (1, "t0 t1\n")
    assert len(done.stderr.splitlines()) == 2


def test_an_api_that_cannot_be_reached_is_named_with_what_to_do() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    done = ask(url, "Who?")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"The Parley API at {url} cannot be reached" in done.stderr


def test_a_run_is_joined_by_its_link_and_stopped_by_its_id(
    api: LiveServer, upstream: FakeUpstream
) -> None:
    gate = upstream.numbered(50, gated=True)
    with Session(api.url) as session:
        run = session.start([{"role": "USER", "content": "Count"}])
    assert isinstance(run, Run)
    with asking(api.url, "--run", f"http://any.example/app/?run={run.id}") as joined:
        assert joined.stdout and joined.stderr
        gate.release(2)
        assert os.read(joined.stdout.fileno(), 2) == b"t0"
        done = ask(api.url, "--stop", run.id)
        assert (done.returncode, done.stdout) == (0, "")
        assert "stopping" in done.stderr
        upstream.wait_until(lambda: upstream.requests[0].closed_early)
        assert joined.wait(DEADLINE) == 1
        assert b"Stopped." in joined.stderr.read()


def test_leaving_a_joined_run_does_not_stop_it(api: LiveServer, upstream: FakeUpstream) -> None:
    gate = upstream.numbered(50, gated=True)
    with Session(api.url) as session:
        run = session.start([{"role": "USER", "content": "Count"}])
    assert isinstance(run, Run)
    with asking(api.url, "--run", run.id) as joined:
        assert joined.stdout
        gate.release(2)
        assert os.read(joined.stdout.fileno(), 2) == b"t0"
        joined.send_signal(signal.SIGINT)
        assert joined.wait(DEADLINE) == 130
    assert upstream.requests[0].active
    gate.open()


@pytest.mark.parametrize("option", ["--run", "--stop"])
def test_a_run_that_is_none_is_told(api: LiveServer, upstream: FakeUpstream, option: str) -> None:
    done = ask(api.url, option, "nowhere")
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no run with this id" in done.stderr


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_stops_the_model(
    api: LiveServer, upstream: FakeUpstream, ending: signal.Signals
) -> None:
    gate = upstream.numbered(50, gated=True)
    with asking(api.url, "Count") as process:
        assert process.stdout
        gate.release(2)
        assert os.read(process.stdout.fileno(), 2) == b"t0"
        process.send_signal(ending)
        upstream.wait_until(lambda: upstream.requests[0].closed_early)
        _, told = process.communicate(timeout=DEADLINE)
    assert process.returncode == 130
    assert b"Traceback" not in told


def test_an_interruption_before_the_first_word_stops_the_model_too(
    api: LiveServer, upstream: FakeUpstream
) -> None:
    upstream.numbered(50, gated=True)
    with asking(api.url, "Count") as process:
        upstream.wait_until(lambda: bool(upstream.requests), 60)
        process.send_signal(signal.SIGINT)
        upstream.wait_until(lambda: upstream.requests[0].closed_early)
        assert process.wait(DEADLINE) == 130


def test_when_nobody_reads_any_more_the_model_is_stopped(
    api: LiveServer, upstream: FakeUpstream
) -> None:
    gate = upstream.numbered(50, gated=True)
    with asking(api.url, "Count") as process:
        assert process.stdout and process.stderr
        gate.release(2)
        assert os.read(process.stdout.fileno(), 2) == b"t0"
        process.stdout.close()
        gate.release(2)
        upstream.wait_until(lambda: upstream.requests[0].closed_early)
        assert process.wait(DEADLINE) == 141
        assert b"Traceback" not in process.stderr.read()
