"""How much a client may ask for and how long it may take, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes and times; past them a request is refused or a connection closed, with a reason."""

    body_bytes: int = 1_048_576
    """Size of a request body."""
    body_seconds: float = 10.0
    """How long a request body may take to arrive."""
    send_seconds: float = 30.0
    """How long one write may wait for the client to read."""
    frame_characters: int = 1_048_576
    """Length of a WebSocket message."""
    init_seconds: float = 10.0
    """How long a WebSocket client may take to send `connection_init`."""
    ping_seconds: float = 20.0
    """How often a WebSocket client is pinged; two pings without a sign of life end it."""
    operations: int = 100
    """Operations that may run on one WebSocket connection at a time."""


DEFAULT_LIMITS = Limits()
