"""`parley run` and `parley serve --frontend`: processes that live and end together."""

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from types import FrameType

from api.frontends import FRONTENDS, Frontend, react_address, react_trouble
from api.serve import PortTakenError, listen
from api.settings import Settings

READY_SECONDS = 60
"""A part that does not answer within this time after its start counts as failed."""


class _Interrupted(Exception):
    pass


def launch(settings: Settings, names: Sequence[str]) -> int:
    """Start the API and these frontends, print where they are, and end all of them on Ctrl-C.

    Returns the exit code.
    """
    frontends = [FRONTENDS[name] for name in dict.fromkeys(names)]
    pages = [frontend for frontend in frontends if frontend.has_port]
    ports = [(settings.port, "PARLEY_PORT")]
    ports += [(page.port(settings), page.port_setting) for page in pages]
    if free := [setting for port, setting in ports if port == 0]:
        print(f"Choose a port with {free[0]}: the parts have to find each other.", file=sys.stderr)
        return 1
    try:
        for port, setting in ports:
            listen(settings.host, port, setting).close()
    except PortTakenError as error:
        print(error, file=sys.stderr)
        return 1
    if lack := "\n".join(filter(None, (frontend.lack for frontend in frontends))):
        print(lack, file=sys.stderr)
        return 1
    for sig in (signal.SIGTERM, signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGTERM)):
        signal.signal(sig, _interrupt)
    return _run(f"http://{settings.host}", settings, frontends)


def _run(host: str, settings: Settings, frontends: Sequence[Frontend]) -> int:
    api, parts = f"{host}:{settings.port}", list[subprocess.Popen[bytes]]()
    try:
        _start(parts, "API", ["serve"], f"{api}/healthz")
        for page in (frontend for frontend in frontends if frontend.has_port):
            port = page.port(settings)
            arguments = ["frontend", page.name, "--api", api, "--port", str(port)]
            _start(parts, page.title, arguments, f"{host}:{port}")
        places = [(frontend.title, _address(frontend, settings)) for frontend in frontends]
        print(_welcome(api, places), flush=True)
        return _watch(parts)
    except _Interrupted:
        print("\nStopping …", flush=True)
        return 0
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        _end(parts)


def _address(frontend: Frontend, settings: Settings) -> str:
    api = f"http://{settings.host}:{settings.port}"
    if frontend.has_port:
        return f"http://{settings.host}:{frontend.port(settings)}"
    if frontend.name == "react":
        return react_trouble(api) or react_address(api)
    return f"in another window: parley frontend {frontend.name} --api {api}"


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


def _welcome(api: str, frontends: Sequence[tuple[str, str]]) -> str:
    places = [
        *frontends,
        ("API", f"{api}/graphql"),
        ("GraphiQL", f"{api}/graphql  (open it in a browser)"),
        ("JSON docs", f"{api}/docs"),
    ]
    listed = "\n".join(f"  {what:<15} {where}" for what, where in places)
    return f"""
Parley is running.

{listed}

Ask from a terminal:

  curl -s {api}/graphql -H 'content-type: application/json' -d '{QUESTION}'

Ctrl-C stops everything."""
