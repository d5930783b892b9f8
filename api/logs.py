"""Structured log lines with a correlation id; never a message's content, never a secret."""

import contextlib
import logging
import os
import sys
from collections.abc import Awaitable
from typing import TextIO

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID = b"x-request-id"


def configure_logs(level: str, form: str) -> None:
    """Write log lines of at least `level` to standard error, as `console` text or `json`."""
    minimum = logging.getLevelNamesMapping()[level.upper()]
    renderer = (
        structlog.processors.JSONRenderer()
        if form == "json"
        # Plain, because the default traceback shows local variables: messages and keys.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            *([structlog.processors.format_exc_info] if form == "json" else []),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(minimum),
        logger_factory=structlog.PrintLoggerFactory(Unfailing(sys.stderr)),  # type: ignore[arg-type]
    )
    logging.basicConfig(level=max(minimum, logging.WARNING), stream=sys.stderr, force=True)
    logging.getLogger("asyncio").addFilter(_tells_something)


def _tells_something(record: logging.LogRecord) -> bool:
    """False for asyncio's line about each write to a client that has just left: anybody could fill
    the log with it."""
    return record.msg != "socket.send() raised exception."


class Unfailing:
    """A stream whose failures go unheard: a log on a full disk must not end what it tells of."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


class RequestIds:
    """Gives each request an id: bound to its log lines, answered as `x-request-id`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request_id = os.urandom(8).hex()
        scope["request_id"] = request_id

        def send_with_id(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (REQUEST_ID, request_id.encode())]
            return send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            sending = send_with_id if scope["type"] == "http" else send
            await self._app(scope, receive, sending)
