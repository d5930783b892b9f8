"""Server-sent events of an upstream, split into the data that they carry.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream, minus bare
carriage returns as line ends.
"""

LARGEST_EVENT = 1_048_576
"""Bytes that one event may have: chunks of a reply have hundreds."""


class OversizedEventError(Exception):
    """An event exceeds `LARGEST_EVENT`."""


class EventStream:
    """Takes bytes as they arrive and gives the data of the events that are complete.

    `pending` is what has come of the next one.
    """

    def __init__(self) -> None:
        self.pending = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The data of each event that these bytes complete; comments and empty events have none."""
        buffer = self.pending + data
        if b"\r" in buffer:
            buffer = buffer.replace(b"\r\n", b"\n")
        *events, self.pending = buffer.split(b"\n\n")
        if len(self.pending) > LARGEST_EVENT:
            raise OversizedEventError
        return [payload for event in events if (payload := _data(event))]

    def rest(self) -> bytes:
        """The data of an event that the stream ended in, b"" where it ended between two."""
        return _data(self.pending.rstrip(b"\r\n"))


def _data(event: bytes) -> bytes:
    if event.startswith(b"data: ") and b"\n" not in event:
        return event[6:]
    lines = [line[5:].removeprefix(b" ") for line in event.split(b"\n") if line[:5] == b"data:"]
    return b"\n".join(lines)
