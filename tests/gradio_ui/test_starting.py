"""What `python -m clients.gradio_ui` says when it cannot start, and that it looks up no host."""

import subprocess
import sys

from tests.gradio_ui.serving import COMMAND, PageProcess


def test_a_taken_port_is_named_with_the_setting(served: PageProcess) -> None:
    done = subprocess.run(
        [*COMMAND, "--port", str(served.port)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert f"Port {served.port}" in done.stderr
    assert "PARLEY_GRADIO_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_that_is_none_is_named() -> None:
    done = subprocess.run(
        [*COMMAND, "--api", "ftp://example"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "ftp://example" in done.stderr
    assert "Traceback" not in done.stderr


def test_building_the_page_looks_up_no_host() -> None:
    watched = """
import socket
def refuse(*arguments, **more): raise SystemExit(f"looked up {arguments[0]}")
socket.getaddrinfo = socket.gethostbyname = refuse
from clients.gradio_ui.page import build_page
from clients.gradio_ui.wiring import wire
from clients.python import AsyncSession
wire(build_page(), AsyncSession("http://api.invalid:1"))
"""
    done = subprocess.run([sys.executable, "-c", watched], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
