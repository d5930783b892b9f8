"""WebSocket sessions: messages of the protocol, broken messages, broken frames."""

import struct

from hypothesis import strategies as st

from tests.fuzz import values
from tests.fuzz.messages import GREETING
from tests.fuzz.sessions import BINARY, CLOSE, PING, PONG, TEXT, Frame, Session
from tests.fuzz.values import among, anything, mostly, spelled, texts
from tests.fuzz.verdict import BROKEN

PROTOCOLS = (
    "graphql-ws",
    "",
    "mqtt",
    "graphql-ws, graphql-transport-ws",
    "graphql-transport-ws," * 50,
)
HEADERS = (
    ("origin", "null"), ("origin", "https://evil.example"), ("authorization", "Bearer x"),
    ("cookie", "a=b"), ("authorization", "Basic x"),
    ("sec-websocket-extensions", "permessage-deflate"), ("x-big", "x" * 9_000),
    ("sec-websocket-version", "12"), ("sec-websocket-key", "short"), ("host", "evil.example"),
    ("sec-websocket-extensions", "x; y=\"z"),
)  # fmt: skip
FIXED = (
    "", "null", "1", "[]", '"text"', "{}", "{", "NaN", "[" * 100_000, "{" * 10_000, '{"type": 1}',
    '{"type": []}', '{"type": {}}', '{"type": "start"}', '{"type": "subscribe"}', "\x00",
    "\ufeff{}", '{"type": "subscribe", "id": [], "payload": {"query": "{ __typename }"}}',
    '{"type": "ping", "type": 1}',
    '{"type": "subscribe", "id": {}, "payload": {"query": "{ __typename }"}}',
    '{"type": "connection_ack"}', '{"type": "next", "id": "1", "payload": {}}',
    '{"type": "pong", "payload": {"a": ' + "[" * 900 + "]" * 900 + "}}",
)  # fmt: skip

names = mostly(st.sampled_from(["1", "2", "3", "a"]))
operations = st.fixed_dictionaries(
    {
        "query": mostly(
            st.sampled_from(
                [
                    values.CHAT,
                    values.FOLLOW,
                    values.ASK,
                    values.RUN,
                    "{ __typename }",
                    "{ nope }",
                    "{",
                    "subscription { run(id: 1) { __typename } }",
                    "query A { x: __typename } query B { __typename }",
                ]
            )
        )
    },
    optional={
        "variables": mostly(values.inputs | values.run_arguments),
        "operationName": mostly(st.sampled_from([None, "A", "B", "C"])),
        "extensions": anything,
    },
)
TYPES = (
    "connection_init",
    "ping",
    "pong",
    "subscribe",
    "complete",
    "next",
    "error",
    "start",
    "stop",
)
credentials = st.dictionaries(st.sampled_from(["authorization", "headers", "x"]), anything)
subscribing = st.fixed_dictionaries(
    {"type": st.just("subscribe"), "id": names, "payload": mostly(operations)}
)
saying = st.fixed_dictionaries(
    {"type": mostly(st.sampled_from(TYPES))},
    optional={"id": names, "payload": mostly(credentials)},
)
ending = st.fixed_dictionaries({"type": st.just("complete"), "id": names})


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _beat(payload: bytes, opcode: int) -> Frame:
    return Frame(payload, opcode)


def _closing(code: int, reason: bytes) -> Frame:
    return Frame(struct.pack("!H", code) + reason, CLOSE)


def _in_parts(frame: Frame, at: int, between: bool) -> tuple[Frame, ...]:
    """The same message in two fragments, and a ping between them, which is allowed."""
    first, last = frame.payload[:at], frame.payload[at:]
    pings = (Frame(b"?", PING),) if between else ()
    return (frame._replace(payload=first, fin=False), *pings, Frame(last, opcode=0))


@st.composite
def sounding(draw: st.DrawFn) -> Frame:
    """A text frame with a message of the protocol, most of the time."""
    pool = (subscribing, subscribing, subscribing, saying, ending, anything)
    odd = draw(st.integers(0, 9)) == 9
    text = draw(among(FIXED)) if odd else spelled(draw(draw(st.sampled_from(pool))))
    return Frame(_bytes(text))


sound = sounding()
parts = st.builds(_in_parts, sound, st.integers(0, 60), st.booleans())
control = st.one_of(
    st.builds(_beat, st.binary(max_size=125), st.sampled_from([PING, PONG])),
    # An echo of these two would count as the server's own.
    st.builds(
        _closing,
        st.integers(0, 65_535).filter(lambda code: code not in BROKEN),
        st.binary(max_size=60),
    ),
    st.builds(_beat, st.binary(max_size=1), st.just(CLOSE)),
)
broken = st.builds(
    Frame,
    st.binary(max_size=140) | texts.map(_bytes),
    opcode=st.integers(0, 15) | st.just(TEXT) | st.just(BINARY),
    fin=st.booleans(),
    reserved=st.sampled_from([0, 0, 1, 4]),
    masked=st.sampled_from([True, True, False]),
    claimed=st.none() | st.sampled_from([0, 125, 126, 65_535, 65_536, 1_048_577, 2**31, 2**63]),
)
STEPS = (sound, sound, sound, sound, parts, control, broken)


@st.composite
def stepping(draw: st.DrawFn) -> tuple[Frame, ...]:
    """One step of a session, a frame or some that belong together."""
    step = draw(draw(st.sampled_from(STEPS)))
    return (step,) if isinstance(step, Frame) else step


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    """One session of a few frames."""
    rest = [frame for step in draw(st.lists(stepping(), max_size=4)) for frame in step]
    frames = tuple(rest) if draw(st.integers(0, 6)) == 6 else (GREETING, *rest)
    # Frames before the handshake's answer get lost, and one that claims too much swallows the next.
    eager = draw(st.integers(0, 15)) == 15
    waits = eager or any(frame.claimed is not None for frame in frames)
    leaves = waits or draw(st.integers(0, 7)) == 7
    unusual = draw(st.integers(0, 14))
    protocol = draw(among(PROTOCOLS)) if unusual == 14 else "graphql-transport-ws"
    headers = tuple(draw(st.lists(among(HEADERS), max_size=2))) if unusual == 13 else ()
    return Session(frames, protocol, leaves, headers, eager)
