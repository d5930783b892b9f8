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
    streams: int = 0
    """Streams that one caller may have open at a time; 0 is no limit."""
    local_streams: bool = True
    """True where callers on this machine are counted as well."""
    query_tokens: int = 1_000
    """Tokens of a document: they bound its parsing and validation. Introspection takes 163."""
    query_depth: int = 8
    """Fields within one another; introspection has a limit of its own (graphql-core)."""
    query_aliases: int = 15
    """Aliases of a document."""


DEFAULT_LIMITS = Limits()
