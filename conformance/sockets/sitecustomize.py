"""Loaded by every Python with this folder on its path: notes whom it asks that is elsewhere."""

import os
import sys
from typing import Any

HERE = {"127.0.0.1", "::1", "localhost", "0.0.0.0", "", None}
NOTES = os.environ.get("CONFORMANCE_SOCKETS")
"""The file that takes a line for each address that is not this machine's."""


def asked_host(event: str, arguments: tuple[Any, ...]) -> Any:
    """The host that the event concerns; None where it concerns none."""
    host = None
    if event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    elif event in {"socket.connect", "socket.sendto"} and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    return host.decode() if isinstance(host, bytes) else host


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if not event.startswith("socket."):
        return
    host = asked_host(event, arguments)
    if host not in HERE:
        with open(str(NOTES), "a", encoding="utf-8") as notes:
            notes.write(f"{event.removeprefix('socket.')} {host}\n")


if NOTES:
    sys.addaudithook(_note)
