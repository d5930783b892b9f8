"""How a page's command reads its options and serves until it is told to end."""

import argparse
import ipaddress
import os
import socket
import sys
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from clients.python import AsyncSession
from clients.python.addresses import run_named
from clients.python.async_session import KEY_VARIABLE
from clients.python.options import api_options

LENT = """This page would ask the API with your key (PARLEY_API_KEY) for whoever opens it.
Listen on 127.0.0.1 and put a proxy with a login in front, or say --share-key."""

GRACE_SECONDS = 2
"""How long open tabs are waited for when the page is told to end."""


def run_page(name: str, port: int, build: Callable[[AsyncSession], ASGIApp]) -> int:
    """Serve what `build` makes, in this one process, until interrupted; returns the exit code."""
    options = _parser(name, port).parse_args()
    if os.environ.get(KEY_VARIABLE) and not options.share_key and not _is_loopback(options.host):
        print(LENT, file=sys.stderr)
        return 2
    try:
        session = AsyncSession(options.api)
        listener = _listening(options.host, options.port)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError:
        print(
            f"Port {options.port} on {options.host} cannot be used; another program may have it.\n"
            f"Choose another with --port or {_port_variable(name)}.",
            file=sys.stderr,
        )
        return 1
    with listener:
        app = build(session)
        url = f"http://{options.host}:{listener.getsockname()[1]}/"
        url += f"?run={run_named(options.run)}" if options.run else ""
        print(f"The chat page is at {url} and asks {session.address.base}", flush=True)
        config = uvicorn.Config(
            app, log_level="warning", timeout_graceful_shutdown=GRACE_SECONDS, ws_max_size=2**24
        )
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _port_variable(name: str) -> str:
    return f"PARLEY_{name.upper()}_PORT"


def _parser(name: str, port: int) -> argparse.ArgumentParser:
    told = os.environ.get
    parser = api_options(f"python -m clients.{name}_ui", "Serves the chat page.")
    parser.add_argument("--run", metavar="RUN", help="print the address of this run (id or link)")
    parser.add_argument(
        "--host", default=told("PARLEY_HOST", "127.0.0.1"), help="address to listen on"
    )
    parser.add_argument(
        "--share-key",
        action="store_true",
        help="lend the key of the API to everybody who reaches the page",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=told(_port_variable(name), str(port)),
        help=f"port of the page ({_port_variable(name)}, default %(default)s)",
    )
    return parser
