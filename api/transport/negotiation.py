"""Which form of answer a client asks for in its `Accept` header (RFC 9110, section 12.5.1)."""

from dataclasses import dataclass
from functools import lru_cache

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
SSE = "text/event-stream"
MULTIPART = "multipart/mixed"
PAGE = "text/html"

_ANSWERS = {"*/*": JSON, "application/*": JSON} | {form: form for form in (JSON, GRAPHQL_JSON, SSE)}
_STREAMS = {"*/*": SSE, "text/*": SSE, "multipart/*": MULTIPART, SSE: SSE, MULTIPART: MULTIPART}


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a client takes, each None where it takes no form of it."""

    answer: str | None
    """Form for a query or mutation: the one that is listed first among the best.

    Event streams count here only if preferred: clients such as urql name them in every request,
    but read a plain answer.
    """
    stream: str | None
    """Form for a subscription, wherever it is listed."""
    page: bool
    """True for a browser that opens the address: it names HTML."""

    @property
    def errors(self) -> str:
        """JSON media type for an error that keeps an answer or stream from beginning."""
        return GRAPHQL_JSON if self.answer == GRAPHQL_JSON else JSON


@lru_cache(maxsize=256)
def accepted(header: str) -> Accepted:
    """The forms that an `Accept` header asks for; without one, everything is accepted."""
    ranges = _ranges(header or "*/*")
    streams = (_STREAMS.get(kind) for kind, parameters in ranges if "deferspec" not in parameters)
    return Accepted(
        answer=next((_ANSWERS[kind] for kind, _ in ranges if kind in _ANSWERS), None),
        stream=next((form for form in streams if form), None),
        page=any(kind == PAGE for kind, _ in ranges),
    )


def _ranges(header: str) -> list[tuple[str, dict[str, str]]]:
    """Media ranges with their parameters, the best first, without those of quality 0."""
    ranges = []
    for part in header.split(","):
        kind, *fields = part.split(";")
        pairs = (field.partition("=") for field in fields)
        parameters = {name.strip().lower(): value.strip(" \"'") for name, _, value in pairs}
        ranges.append((_quality(parameters), kind.strip().lower(), parameters))
    ranges.sort(key=lambda found: -found[0])
    return [(kind, parameters) for quality, kind, parameters in ranges if quality > 0]


def _quality(parameters: dict[str, str]) -> float:
    try:
        return float(parameters.get("q", 1))
    except ValueError:
        return 0
