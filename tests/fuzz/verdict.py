"""What must hold of every answer, and is a finding where it doesn't."""

import json
import re
from collections.abc import Iterable, Iterator

from tests.fuzz.requests import Answer, Request, sent
from tests.fuzz.sessions import ABNORMAL, End, Session, held
from tests.fuzz.stage import Stage

Case = Request | Session

OURS = (b'"code":"INTERNAL"', b"Traceback (most recent call last)", b"site-packages")
"""What an answer says when the server is at fault."""
TROUBLE = re.compile(
    rb'"(?:__typename|type)":"(?:StoreUnavailable|ModelUnavailable|ModelTimedOut|ShuttingDown)"'
)
"""Nothing fails around the server in these runs, so nothing may be reported to."""
BROKEN = {ABNORMAL, 1011}
"""Close codes: the connection just ended; the server met a condition that it didn't expect."""


class FindingError(AssertionError):
    """Bad input has hurt; `str()` says how."""


def judge(case: Case, stage: Stage) -> None:
    """Play a case against the server; raises `FindingError` where something doesn't hold."""
    url = stage.server.url
    came = sent(case, url) if isinstance(case, Request) else held(case, url)
    findings = findings_of(came, stage.secrets)
    if trouble := stage.trouble():
        findings.append(f"the log tells of trouble:\n{trouble}")
    if findings:
        raise FindingError("\n".join(findings))


def findings_of(came: Answer | End, secrets: Iterable[bytes]) -> list[str]:
    """What must not be in an answer or in how a session went."""
    return list((_of_answer if isinstance(came, Answer) else _of_session)(came, secrets))  # type: ignore[arg-type]


def _of_answer(answer: Answer, secrets: Iterable[bytes]) -> Iterator[str]:
    if answer.fault:
        yield answer.fault
    if answer.status >= 500:
        yield f"status {answer.status}: {answer.body[:500]!r}"
    kind = answer.headers.get("content-type", "")
    if "json" in kind and answer.body:
        yield from _not_json(answer.body)
    yield from _told(json.dumps(answer.headers).encode() + answer.body, secrets)


def _of_session(end: End, secrets: Iterable[bytes]) -> Iterator[str]:
    if end.fault:
        yield end.fault
    if end.status >= 500 or end.status == 0:
        yield f"the handshake was answered with status {end.status}"
    if end.code in BROKEN:
        yield f"closed with {end.code}: {end.received[-500:]!r}"
    yield from _told(end.received, secrets)


def _not_json(body: bytes) -> Iterator[str]:
    try:
        json.loads(body.decode())
    except ValueError as error:
        yield f"the answer is no JSON in UTF-8 ({error}): {body[:500]!r}"


def _told(text: bytes, secrets: Iterable[bytes]) -> Iterator[str]:
    for mark in (*secrets, *OURS):
        if mark in text:
            yield f"the answer tells {mark!r}: {text[:500]!r}"
    if found := TROUBLE.search(text):
        yield f"the answer tells of {found[0]!r}, but nothing failed"
