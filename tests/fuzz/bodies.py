"""HTTP requests: bodies, and what is said about them in heads and framing."""

import gzip
import zlib

from hypothesis import strategies as st

from tests.fuzz.requests import Request
from tests.fuzz.values import ASK, among, anything, chat_inputs, chat_requests, mostly, spelled

LIMIT = 1_048_576
"""Bytes that a body may have."""
METHODS = ("GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND")
BROKEN_METHODS = ("post", "FOO", "P\x00ST", "", "POST POST", "🦇", "GET" * 500)
TARGETS = (
    "/", "/healthz", "/readyz", "/metrics", "/docs", "/openapi.json", "/app/", "/graphql/",
    "/chat/", "//graphql", "/graphql?", "/graphql?query=%7B__typename%7D",
    "/graphql?query=%ff&variables={", "/chat?history=x", "/%00",
    "/graphql?query={__typename}&query={x}", "/graphql?variables=[]", "/graphql#x", "/../graphql",
    "/graphql?extensions=%7B%22persistedQuery%22%3A1%7D", "/graphql?" + "a=1&" * 2_000,
    "/app/..%2f..%2f",
)  # fmt: skip
BROKEN_TARGETS = (
    "*",
    "graphql",
    "http://evil.example/graphql",
    "/gra phql",
    "/\x7f",
    "/é",
    "",
    "/" * 70_000,
)
FIELDS = (
    ("accept", "text/event-stream"), ("accept", "multipart/mixed"), ("accept", "text/html"),
    ("accept", ""), ("accept", "*/*;q=x, a/b;q=9e999, ;;;,,,"), ("accept", "," * 3_000),
    ("accept", "application/json;q=nan"), ("accept", "é"), ("accept-encoding", "gzip, br;q=0"),
    ("authorization", "Bearer x"), ("authorization", "Bearer " + "x" * 9_000),
    ("authorization", "Basic Og=="), ("authorization", ""), ("host", "evil.example"), ("host", ""),
    ("host", "127.0.0.1:99999999"), ("host", "[::1"), ("host", "a" * 300), ("origin", "null"),
    ("origin", "https://evil.example"), ("origin", "http://["), ("origin", "http://127.0.0.1:x"),
    ("origin", ""), ("sec-fetch-site", "same-origin"), ("cookie", "a=" + "b" * 4_000),
    ("last-event-id", "9" * 50), ("last-event-id", "-1"), ("x-request-id", "\x1b[2J"),
    ("x-forwarded-for", "1.2.3.4"), ("range", "bytes=0-,0-,0-"), ("expect", "100-continue"),
    ("expect", "magic"), ("upgrade", "websocket"), ("upgrade", "h2c"), ("connection", "upgrade"),
    ("content-encoding", "gzip"), ("content-encoding", "identity"), ("x-big", "x" * 30_000),
    ("if-none-match", "*"), ("access-control-request-method", "POST"),
)  # fmt: skip
BROKEN_FIELDS = (
    ("no colon", ""), ("a b", "c"), ("x\x00y", "z"), ("x", "a\x00b"), ("x", "a\r\n b"), ("", "x"),
    ("x", "a\rb"), ("content-length", "5"), ("content-length", "-1"), ("content-length", "1e3"),
    ("content-length", "9" * 30), ("content-length", "+7"), ("transfer-encoding", "gzip"),
    ("transfer-encoding", "chunked, identity"), ("x" * 70_000, "y"),
    ("upgrade", "websocket, x\x01"),
)  # fmt: skip
CONTENT_TYPES = (
    "application/json", "application/json", "application/json", "application/json; charset=utf-8",
    "APPLICATION/JSON", "application/json; charset=utf-16",
    "application/json;charset=\"utf-8\"; x=y", "application/graphql",
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "multipart/form-data",
    "text/plain", "text/plain; application/json", "application/*", "", ";", "é",
    "application/json, application/json", "application/cbor", "application/json" + ";" * 5_000,
)  # fmt: skip


def _packed(body: bytes) -> bytes:
    return gzip.compress(body, 1)


def _utf16(body: bytes) -> bytes:
    return body.decode(errors="replace").encode("utf-16")


TWISTS = (
    _packed, zlib.compress, _utf16, lambda body: b"\xef\xbb\xbf" + body, lambda body: body + body,
    lambda body: b"[" + body + b"]", lambda body: body[::-1], lambda body: body.ljust(LIMIT),
    lambda body: body.ljust(LIMIT + 1), lambda body: body[: len(body) // 2],
)  # fmt: skip
FIXED = (
    b"", b"null", b"1", b"[]", b'"text"', b"{}", b"{", b"\xff", b"NaN", b'{"query": NaN}', b"-",
    b"9" * 5_000, b"[" * 100_000, b'{"a":' * 50_000, b"[" * 100_000 + b"]" * 100_000,
    b'{"query": "\\ud800"}', b"\x00" * 100, b'{"query": "{__typename}", "query": 1}',
    b'{"query": "{__typename}", "variables": {"a": 1e400}}',
    b'{"history": [{"role": "user", "content": "x"}], "history": 1}', b"--b\r\n\r\n{}\r\n--b--",
    b"query=x", b'{"history": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    b'{"query": "' + b"\\n" * 100_000 + b'"}',
)  # fmt: skip


@st.composite
def _bodies(draw: st.DrawFn) -> bytes:
    """JSON of the doors' shapes, twisted now and then; or something else altogether."""
    asked = st.fixed_dictionaries(
        {"query": st.just(ASK), "variables": st.fixed_dictionaries({"input": chat_inputs})}
    )
    loose = st.fixed_dictionaries(
        {"query": mostly(st.just("{ __typename }"))},
        optional={
            "variables": mostly(st.just({})),
            "operationName": mostly(st.none()),
            "extensions": mostly(st.none()),
            "documentId": mostly(st.none()),
        },
    )
    sound = st.one_of(loose, chat_requests, asked, anything).map(
        lambda value: spelled(value).encode()
    )
    body: bytes = draw(st.one_of(sound, sound, sound, among(FIXED), st.binary(max_size=40)))
    match draw(st.integers(0, 9)):
        case 9:
            body = draw(among(TWISTS))(body)
        case 7 | 8 if body:
            at = draw(st.integers(0, len(body) - 1))
            body = body[:at] + draw(st.binary(max_size=3)) + body[at + draw(st.integers(0, 3)) :]
    return body


def _chunked(body: bytes, size: int, extension: bytes = b"") -> bytes:
    parts = (body[at : at + size] for at in range(0, len(body), size))
    framed = (b"%x%b\r\n%b\r\n" % (len(part), extension, part) for part in parts)
    return b"".join(framed) + b"0\r\n\r\n"


@st.composite
def _framed(draw: st.DrawFn) -> tuple[list[tuple[str, str]], bytes, bool]:
    """A body on the wire: the fields that tell its length, its bytes, and whether they agree."""
    body = draw(_bodies())
    length, chunks = ("content-length", str(len(body))), ("transfer-encoding", "chunked")
    # Chunks of a byte are for small bodies: a hundred thousand of them prove nothing more.
    size = draw(st.integers(1, 64)) if len(body) < 4_000 else 65_536
    match draw(st.integers(0, 19)):
        case 10 | 11 | 12 | 13:
            return (
                [chunks],
                _chunked(body, size, draw(st.sampled_from([b"", b";a=b", b' ; a="b"']))),
                True,
            )
        case 14:
            return [("content-length", str(len(body) + draw(st.integers(1, 10**9))))], body, False
        case 15:
            return [("content-length", str(draw(st.integers(0, len(body)))))], body, False
        case 16:
            return [length, chunks], _chunked(body, size), False
        case 17:
            bad = draw(
                st.sampled_from(
                    [b"x\r\n", b"-1\r\n", b"ffffffffffffffffff\r\n", b"5\nabcde\n", b"\r\n"]
                )
            )
            return [chunks], bad + body, False
        case 18:
            return [chunks], _chunked(body, size)[: -draw(st.integers(1, 7))], False
        case 19:
            return [], body, False
        case _:
            return [length], body, True


@st.composite
def bodies(draw: st.DrawFn) -> Request:
    """One request of any kind."""
    fields, body, whole = draw(_framed())
    choice = draw(st.integers(0, 15))
    method = draw(among(METHODS)) if choice in (13, 14) else "POST"
    target = (
        draw(st.sampled_from(["/graphql", "/chat"]))
        if choice not in (14, 15)
        else draw(among(TARGETS))
    )
    usual = draw(st.integers(0, 5)) < 5
    fields += [("content-type", "application/json" if usual else draw(among(CONTENT_TYPES)))]
    fields += draw(st.lists(among(FIELDS), max_size=3)) if draw(st.integers(0, 2)) == 2 else []
    if choice == 12:
        whole = False
        match draw(st.integers(0, 2)):
            case 0:
                method = draw(among(BROKEN_METHODS))
            case 1:
                target = draw(among(BROKEN_TARGETS))
            case _:
                fields.insert(draw(st.integers(0, len(fields))), draw(among(BROKEN_FIELDS)))
    if not any(name == "host" for name, _ in fields):
        fields.insert(0, ("host", "127.0.0.1"))
    # Upgrades and tunnels end HTTP, so an answer isn't owed.
    whole = whole and method != "CONNECT" and not any(name == "upgrade" for name, _ in fields)
    lines = "".join(f"{name}: {value}\r\n" for name, value in [*fields, ("connection", "close")])
    return Request(f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode(), body, whole)
