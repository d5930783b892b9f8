"""A streamed reply of an OpenAI-compatible server: from bytes to text, usage and finish reason."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from api.contract.usage import FinishReason, TokenUsage
from api.providers.base import Part
from api.providers.errors import ModelUnavailableError, ProviderError, ReplyTruncatedError
from api.providers.refusals import refusal_of
from api.providers.sse import EventStream, OversizedEventError

FINISH_REASONS = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "content_filter": FinishReason.CONTENT_FILTER,
}

NEWLINE = 10
LARGEST_COUNT = 1_000_000_000
"""Greatest plausible count of tokens; two of them still fit GraphQL's Int."""


class _Delta(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    finish_reason: str | None = None
    index: int = 0


class _Chunk(msgspec.Struct):
    choices: list[_Choice | None] | None = None
    usage: Any = None
    error: Any = None
    model: Any = None


class _PlainDelta(msgspec.Struct, gc=False):
    content: str


class _PlainChoice(msgspec.Struct, gc=False):
    delta: _PlainDelta
    finish_reason: str | None = None
    index: int = 0


class _PlainChunk(msgspec.Struct, gc=False):
    """A chunk as almost all are; one that isn't fails to decode as this."""

    choices: tuple[_PlainChoice, ...]
    usage: None = None
    error: None = None


_PLAIN_DECODER = msgspec.json.Decoder(_PlainChunk)
_DECODER = msgspec.json.Decoder(_Chunk)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError)


class ReplyReader:
    """Reads one stream. Text that arrived together is one part, so a burst costs few parts.

    `over` is True once the server said `[DONE]`; `finish_reason` is set once it gave one; `heard`
    tells whether the last bytes held an event, as opposed to a comment that keeps a proxy awake;
    `spoken` is True once there was text.
    `usage` is the last that was reported, and `model` is who answers, in the server's words.
    """

    def __init__(self) -> None:
        self.over = False
        self.heard = False
        self.spoken = False
        self.finish_reason: FinishReason | None = None
        self.usage: TokenUsage | None = None
        self.model: str | None = None
        self._events = EventStream()
        self._text: list[str] = []
        self._usage: TokenUsage | None = None

    def feed(self, data: bytes) -> Iterable[Part]:
        """The parts in these bytes; what precedes a failure comes before its ProviderError."""
        text = self.only_text(data)
        return self._all(data) if text is None else (text,)

    def only_text(self, data: bytes) -> str | None:
        """The text of bytes that are one whole event and say nothing else, as most do.

        None where they may say more: then nothing has been taken of them.
        """
        if self._events.pending or not data.startswith(b"data: {"):
            return None
        if data.find(b"\n") != len(data) - 2 or data[-1] != NEWLINE:
            return None
        try:
            chunk = _PLAIN_DECODER.decode(data[6:-2])
        except _UNREADABLE:
            return None
        if len(chunk.choices) != 1:
            return None
        (choice,) = chunk.choices
        if choice.index or choice.finish_reason or not (text := choice.delta.content):
            return None
        self.heard = self.spoken = True
        return text

    def _all(self, data: bytes) -> Iterator[Part]:
        failure = None
        self.heard = False
        try:
            for payload in self._events.feed(data):
                self.heard = True
                self._take(payload)
                if self.over:
                    break
        except (ProviderError, OversizedEventError, *_UNREADABLE) as error:
            failure = error
        yield from self._parts()
        if failure is not None:
            self._fail(failure)

    def end(self) -> Iterator[Part]:
        """The parts after the last byte; ReplyTruncatedError where the reply isn't whole."""
        if not self.over and (rest := self._events.rest()):
            # unreadable where it was cut in mid-line: what it would have said is unknown
            with contextlib.suppress(*_UNREADABLE):
                self._take(rest)
            yield from self._parts()
        if self.finish_reason is not None:
            yield self.finish_reason
        elif self.over:
            yield FinishReason.UNKNOWN
        else:
            raise ReplyTruncatedError("The reply broke off before its end.")

    def _take(self, payload: bytes) -> None:
        if payload.startswith(b"[DONE]"):
            self.over = True
            return
        chunk = _DECODER.decode(payload)
        if chunk.error:
            raise refusal_of(chunk.error)
        if chunk.usage:
            self._usage = self.usage = token_usage(chunk.usage) or self._usage
        if isinstance(chunk.model, str):
            self.model = chunk.model
        for choice in chunk.choices or ():
            if choice is not None and choice.index == 0:
                self._take_choice(choice)

    def _take_choice(self, choice: _Choice) -> None:
        if choice.delta is not None and choice.delta.content:
            self._text.append(choice.delta.content)
        if choice.finish_reason:
            self.finish_reason = FINISH_REASONS.get(choice.finish_reason, FinishReason.UNKNOWN)

    def _parts(self) -> Iterator[Part]:
        if self._text:
            text, self._text = "".join(self._text), []
            self.spoken = True
            yield text
        if self._usage is not None:
            usage, self._usage = self._usage, None
            yield usage

    def _fail(self, failure: Exception) -> None:
        if self.finish_reason is not None:
            self.over = True  # the reply is whole; what is wrong after it costs nobody anything
        elif isinstance(failure, ProviderError):
            raise failure
        else:
            reason = "The model's server sent something that is no part of a reply."
            raise ModelUnavailableError(reason) from None


def token_usage(reported: Any) -> TokenUsage | None:
    """An upstream's usage object in the contract's terms; None where it holds no counts.

    Some servers leave reasoning out of `completion_tokens` but count it in `total_tokens`: then
    the difference is taken as completion. Parts are clamped to the totals they belong to.
    """
    if not isinstance(reported, Mapping):
        return None
    prompt = _count(reported, "prompt_tokens")
    completion = max(
        _count(reported, "completion_tokens"), _count(reported, "total_tokens") - prompt
    )
    if not prompt + completion:
        return None
    cached = _count(reported.get("prompt_tokens_details"), "cached_tokens")
    reasoning = _count(reported.get("completion_tokens_details"), "reasoning_tokens")
    return TokenUsage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        cached_prompt_tokens=min(cached, prompt),
        reasoning_tokens=min(reasoning, completion),
    )


def _count(reported: Any, name: str) -> int:
    count = reported.get(name) if isinstance(reported, Mapping) else None
    if not isinstance(count, int | float) or not 0 <= count <= LARGEST_COUNT:
        return 0
    return int(count)
