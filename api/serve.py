"""Starts the server process or processes, and ends them gently."""

import asyncio
import os
import socket
import threading
import time
from types import FrameType
from typing import Any

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from api.access.key_store import KeyStore
from api.app import create_app
from api.context import Services
from api.logs import configure_logs
from api.runs.service import RunService
from api.settings import Settings
from api.transport.calm_websocket import CalmWebSocketProtocol
from api.transport.connections import hurried
from api.transport.sending import drop_stuck

log = structlog.get_logger(__name__)

AFTER_GRACE_SECONDS = 3
"""For closing sockets and stores once the runs' grace time is over."""

STUCK_SECONDS = 10
"""Beyond all graces: whatever hangs then, the process ends."""


class PortTakenError(Exception):
    """Somebody listens there already; `str()` names the port and the setting."""


class UnguardedError(Exception):
    """Others could reach the server, and nothing would keep them out; `str()` says what to do."""


def check_guarded(settings: Settings) -> None:
    """Raise `UnguardedError` for a server that anybody on the network could use."""
    if settings.is_local or settings.jwt_issuer:
        return
    store = KeyStore(settings.data_dir)
    keys = store.read()
    if not any(key.holds(time.time()) for key in keys):
        lack = "No key holds any more of those" if keys else "There is none"
        raise UnguardedError(
            f"Not listening on {settings.host}, where others reach this machine: every door needs "
            f"a key. {lack} in {store.path.absolute()}.\n"
            "Make a key:  parley keys add NAME\n"
            "Or stay on this machine:  --host 127.0.0.1"
        )


def listen(host: str, port: int, setting: str) -> socket.socket:
    """A bound socket, so that a taken port is known before anything starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, because asyncio sets TCP_NODELAY only where it can see that it is TCP; without it a
    # short write after another waits 40 ms for the client's acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortTakenError(
            f"Cannot listen on {host}:{port}: {error.strerror}. "
            f"Stop what uses the port, or choose another one with {setting}."
        ) from None
    listener.set_inheritable(True)
    return listener


class GentleServer(uvicorn.Server):
    """On SIGTERM or Ctrl-C refuses new runs and lets the live ones end for the grace time.

    uvicorn alone would close WebSockets at once. A second signal exits now.
    """

    def __init__(self, config: uvicorn.Config, runs: RunService, grace_seconds: float) -> None:
        super().__init__(config)
        self._runs = runs
        self._grace_seconds = grace_seconds
        self._draining: asyncio.Task[None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._draining or not self.started:
            os._exit(128 + sig)
        self._end_by(self._grace_seconds + AFTER_GRACE_SECONDS + STUCK_SECONDS)
        self._draining = asyncio.get_running_loop().create_task(self._drain())

    def _end_by(self, seconds: float) -> None:
        def end() -> None:
            log.error("server.stuck", seconds=seconds)
            os._exit(1)

        watchdog = threading.Timer(seconds, end)
        watchdog.daemon = True
        watchdog.start()

    async def _drain(self) -> None:
        log.info("server.draining", live_runs=len(self._runs.live), grace=self._grace_seconds)
        await self._runs.drain(self._grace_seconds)
        self.should_exit = True


def server_config(app: ASGIApp, settings: Settings, **more: Any) -> uvicorn.Config:
    """How uvicorn is to serve the application."""
    return uvicorn.Config(
        app,
        http=hurried(AutoHTTPProtocol, settings.body_timeout_seconds),
        ws=CalmWebSocketProtocol,
        log_level="warning",
        access_log=False,
        ws_max_size=settings.frame_bytes,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        ws_per_message_deflate=False,
        **more,
    )


def serve_one(settings: Settings, listener: socket.socket) -> None:
    """Serve on `listener` in this process until a signal ends it."""
    app = create_app(settings)
    config = server_config(app, settings, timeout_graceful_shutdown=AFTER_GRACE_SECONDS)
    services: Services = app.state.services
    GentleServer(config, services.runs, settings.shutdown_grace_seconds).run([listener])


def serve(settings: Settings) -> int:
    """Serve as the settings say, in one process or several, until a signal; the exit code."""
    configure_logs(settings.log_level, settings.log_format)
    check_guarded(settings)
    listener = listen(settings.host, settings.port, "--port or PARLEY_PORT")
    drop_stuck(listener, settings.send_timeout_seconds)
    listener.listen(2048)
    host, port = listener.getsockname()[:2]
    log.info("server.listening", address=f"http://{host}:{port}", workers=settings.workers)
    if settings.workers > 1:
        from api.pool import WorkerPool  # needs a POSIX system

        return WorkerPool(settings.workers, listener).run()
    serve_one(settings, listener)
    return 0
