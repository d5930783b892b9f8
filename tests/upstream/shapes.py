"""The JSON shapes of an OpenAI-compatible server: chunks, whole replies, errors, models."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]
_CREATED = 1_700_000_000


def encoded(payload: Any) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()


def event(payload: Any) -> bytes:
    """A server-sent event."""
    return b"data: " + encoded(payload) + b"\n\n"


DONE = b"data: [DONE]\n\n"


def chunk(model: str, choices: Sequence[Any] | None, **more: Any) -> Json:
    return {
        "id": "chatcmpl-fake",
        "object": "chat.completion.chunk",
        "created": _CREATED,
        "model": model,
        "choices": choices,
        **more,
    }


def choice(delta: Json, finish_reason: str | None = None) -> Json:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def completion(model: str, text: str, finish_reason: str | None, usage: Mapping[str, Any]) -> Json:
    message = {"role": "assistant", "content": text}
    return {
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "created": _CREATED,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
        "usage": dict(usage),
    }


def counted(messages: Sequence[Mapping[str, Any]], tokens: int) -> Json:
    """The usage of a reply: a token for each word of the prompt and for each piece."""
    prompt = sum(len(str(turn.get("content", "")).split()) for turn in messages)
    return {"prompt_tokens": prompt, "completion_tokens": tokens, "total_tokens": prompt + tokens}


def error(message: str, kind: str, code: str | None = None, param: str | None = None) -> Json:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def models(*names: str) -> Json:
    listed = [{"id": n, "object": "model", "created": _CREATED, "owned_by": "fake"} for n in names]
    return {"object": "list", "data": listed}
