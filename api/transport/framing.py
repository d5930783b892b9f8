"""How a result becomes bytes on a stream: Server-Sent Events and multipart.

SSE: https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md (distinct
connections). Multipart: https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
"""

from typing import Protocol

from api.transport.negotiation import MULTIPART, SSE

_BOUNDARY = b"\r\n--graphql"


class Framing(Protocol):
    """One stream format."""

    content_type: str
    heartbeat_seconds: float
    opening: bytes
    heartbeat: bytes
    closing: bytes

    def frame(self, payload: bytes, seq: int | None) -> bytes:
        """One result; `payload` is JSON on one line."""
        ...


class ServerSentEvents:
    """Lines end in LF alone: urql splits on nothing else. `id` is what `Last-Event-ID` repeats."""

    content_type = SSE
    heartbeat_seconds = 15.0
    opening = b":\n\n"
    heartbeat = b":\n\n"
    closing = b"event: complete\ndata: \n\n"

    def frame(self, payload: bytes, seq: int | None) -> bytes:
        if seq is None:
            return b"event: next\ndata: %b\n\n" % payload
        return b"event: next\nid: %d\ndata: %b\n\n" % (seq, payload)


class Multipart:
    """Parts end with the next boundary and say their length: no client waits for the next one."""

    content_type = f"{MULTIPART};boundary=graphql;subscriptionSpec=1.0"
    heartbeat_seconds = 5.0
    opening = _BOUNDARY
    closing = b"--\r\n"

    def __init__(self) -> None:
        self.heartbeat = self._part(b"{}")

    def frame(self, payload: bytes, seq: int | None) -> bytes:
        return self._part(b'{"payload":%b}' % payload)

    def _part(self, body: bytes) -> bytes:
        head = b"\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
        return head + body + _BOUNDARY


FRAMINGS: dict[str, Framing] = {SSE: ServerSentEvents(), MULTIPART: Multipart()}
"""Media type → format."""
