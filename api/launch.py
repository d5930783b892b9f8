"""`parley run`: the API and the Gradio page as two processes that live and end together."""

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from types import FrameType

from api.serve import PortTakenError, listen
from api.settings import Settings

READY_SECONDS = 60
"""A part that does not answer within this time after its start counts as failed."""


class _Interrupted(Exception):
    pass


def launch(settings: Settings) -> int:
    """Start both, print where they are, and end both on Ctrl-C; returns the exit code."""
    api = f"http://{settings.host}:{settings.port}"
    page = f"http://{settings.host}:{settings.gradio_port}"
    try:
        for port, setting in (
            (settings.port, "PARLEY_PORT"),
            (settings.gradio_port, "PARLEY_GRADIO_PORT"),
        ):
            listen(settings.host, port, setting).close()
    except PortTakenError as error:
        print(error, file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    parts: list[subprocess.Popen[bytes]] = []
    try:
        _start(parts, "API", ["serve"], f"{api}/healthz")
        _start(
            parts,
            "Gradio page",
            ["frontend", "gradio", "--api", api, "--port", str(settings.gradio_port)],
            page,
        )
        print(_welcome(api, page), flush=True)
        return _watch(parts)
    except _Interrupted:
        print("\nStopping …", flush=True)
        return 0
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        _end(parts)


def _interrupt(sig: int, frame: FrameType | None) -> None:
    raise _Interrupted


def _start(
    parts: list[subprocess.Popen[bytes]], name: str, arguments: list[str], probe: str
) -> None:
    """Start `parley ARGUMENTS` and wait until `probe` answers."""
    print(f"Starting the {name} …", flush=True)
    begun = time.monotonic()
    command = [sys.executable, "-m", "api", *arguments]
    process = subprocess.Popen(command, start_new_session=True)
    parts.append(process)
    while not _answers(probe):
        if process.poll() is not None:
            raise RuntimeError(f"The {name} did not start (exit code {process.returncode}).")
        if time.monotonic() - begun > READY_SECONDS:
            raise RuntimeError(f"The {name} did not answer within {READY_SECONDS} seconds.")
        time.sleep(0.1)
    print(f"The {name} is ready ({time.monotonic() - begun:.1f} s).", flush=True)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def _watch(parts: list[subprocess.Popen[bytes]]) -> int:
    while True:
        for part in parts:
            if part.poll() is not None:
                print("A part has stopped; stopping the rest.", file=sys.stderr)
                return part.returncode or 1
        time.sleep(0.2)


def _end(parts: list[subprocess.Popen[bytes]]) -> None:
    """Ask each part to end; the API gets its grace time, a second Ctrl-C ends it now."""
    signal.signal(signal.SIGINT, lambda sig, frame: _kill(parts))
    for part in reversed(parts):
        if part.poll() is None:
            part.terminate()
    for part in parts:
        part.wait()


QUESTION = (
    '{"query": "mutation { chat(input: {history: [{role: USER, content: \\"Who is Batman?\\"}]}) '
    "{ ... on ChatReply { reply { content } tokenUsage { totalTokens } cost { amount currency } } "
    '... on Problem { reason } } }"}'
)


def _kill(parts: list[subprocess.Popen[bytes]]) -> None:
    for part in parts:
        part.kill()


def _welcome(api: str, page: str) -> str:
    return f"""
Parley is running.

  Chat page   {page}
  API         {api}/graphql
  GraphiQL    {api}/graphql  (open it in a browser)
  JSON docs   {api}/docs

Ask from a terminal:

  curl -s {api}/graphql -H 'content-type: application/json' -d '{QUESTION}'

Ctrl-C stops everything."""
