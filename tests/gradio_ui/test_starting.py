"""What `python -m clients.gradio_ui` says when it cannot start, and that it looks up no host."""

import subprocess
import sys


def test_an_address_that_is_none_is_named() -> None:
    command = [sys.executable, "-m", "clients.gradio_ui", "--api", "ftp://example"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "ftp://example" in done.stderr
    assert "Traceback" not in done.stderr


def test_building_the_page_looks_up_no_host() -> None:
    watched = """
import socket
def refuse(*arguments, **more): raise SystemExit(f"looked up {arguments[0]}")
socket.getaddrinfo = socket.gethostbyname = refuse
from clients.gradio_ui.__main__ import build
from clients.python import AsyncSession
build(AsyncSession("http://api.invalid:1"))
"""
    done = subprocess.run([sys.executable, "-c", watched], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
