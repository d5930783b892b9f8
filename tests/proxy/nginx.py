"""A real nginx with the configuration of the docs."""

import os
import re
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from scripts import nginx
from tests.failures.certificate import server_certificate
from tests.servers import DEADLINE, free_port, wait_until
from tests.transport.wire import Wire

ROOT = Path(__file__).parents[2]
MAIN = """\
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/parley.conf;
}}
"""


def documented() -> str:
    """The block in docs/operations.md."""
    (block,) = re.findall(
        r"```nginx\n(.*?)```", (ROOT / "docs" / "operations.md").read_text(), re.S
    )
    return str(block)


class Nginx:
    """nginx in front of the server at `port`, while it is entered.

    It speaks TLS at `url`, and none at `plain`. Of the documented block only ports, addresses and
    files are exchanged.
    """

    def __init__(self, port: int, folder: Path) -> None:
        path = nginx.find()
        if path is None:
            pytest.skip(nginx.HOW_TO_GET_IT)
        self._path = path
        self._folder = folder
        ports = free_port(), free_port()
        self.plain, self.url = (f"http://127.0.0.1:{ports[0]}", f"https://127.0.0.1:{ports[1]}")
        certificate = str(server_certificate(folder))
        block = documented()
        for there, here in (
            ("127.0.0.1:8000", f"127.0.0.1:{port}"),
            ("listen 80;", f"listen 127.0.0.1:{ports[0]};"),
            ("listen 443 ", f"listen 127.0.0.1:{ports[1]} "),
            ("/etc/ssl/chat.example.pem", certificate),
            ("/etc/ssl/chat.example.key", certificate),
        ):
            assert block.count(there) == 1, there
            block = block.replace(there, here)
        (folder / "parley.conf").write_text(block)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user))

    def __enter__(self) -> Self:
        command = [
            self._path,
            "-p",
            self._folder,
            "-c",
            self._folder / "nginx.conf",
            "-e",
            "stderr",
        ]
        self._process = subprocess.Popen(command, stderr=(self._folder / "stderr").open("wb"))
        wait_until(self._answers, what="nginx")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait(DEADLINE)

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError((self._folder / "stderr").read_text())
        try:
            Wire(self.plain).close()
        except ConnectionError:
            return False
        return True
