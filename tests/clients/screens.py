"""Runs the language-neutral cases of `clients/fixtures` on the Python transcript."""

import json
from collections.abc import Mapping
from typing import Any

from clients.python import ParleyError, Reconnecting, Transcript
from clients.python._generated.models import read_run_event
from clients.python.messages import ChatMessage

Json = dict[str, Any]


def play(case: Json) -> None:
    """Go through the case's steps; AssertionError where the screen isn't as it says."""
    given = case.get("given", {})
    transcript = Transcript(given.get("greeting", ""), given.get("questionLimit"))
    for number, step in enumerate(case["steps"]):
        transcript = _take(transcript, step, f"step {number}")


def screen_of(transcript: Transcript) -> Json:
    """What the fixtures call the screen."""
    problem = transcript.problem
    point = transcript.resume_point()
    return {
        "messages": [_message(message) for message in transcript.messages],
        "view": [message.content for message in transcript.view()],
        "viewNewestFirst": [message.content for message in transcript.view(newest_first=True)],
        "busy": transcript.busy,
        "reconnecting": transcript.reconnecting,
        "canRegenerate": transcript.can_regenerate,
        "runId": transcript.run_id,
        "lastSeq": transcript.last_seq,
        "resumePoint": point and list(point),
        "problem": problem and problem.to_state(),
        "history": _sent(transcript.history()),
        "totals": transcript.totals.to_state(),
        "tokensText": transcript.tokens_text,
        "costText": transcript.cost_text,
        "csv": transcript.to_csv(),
    }


def assert_shows(actual: Any, expected: Any, where: str) -> None:
    """Objects are compared by the keys that are expected, lists entry by entry."""
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for key, value in expected.items():
            assert key in actual, f"{where}.{key} is missing"
            assert_shows(actual[key], value, f"{where}.{key}")
    elif isinstance(expected, list) and isinstance(actual, list):
        assert len(actual) == len(expected), f"{where}: {actual}"
        for index, (one, other) in enumerate(zip(actual, expected, strict=True)):
            assert_shows(one, other, f"{where}[{index}]")
    else:
        assert actual == expected, where


def _take(transcript: Transcript, step: Json, where: str) -> Transcript:
    match step:
        case {"ask": question}:
            _compare_sent(transcript.ask(question), step, where)
        case {"regenerate": True}:
            _compare_sent(transcript.regenerate(), step, where)
        case {"event": event}:
            transcript.apply(read_run_event(event))
        case {"reconnecting": {"runId": run_id, "after": after}}:
            transcript.apply(Reconnecting(run_id, after, attempt=1, delay_seconds=0.1))
        case {"fail": error}:
            transcript.fail(_error(error))
        case {"stop": True}:
            transcript.stop()
        case {"clear": True}:
            transcript.clear()
        case {"reload": True}:
            return Transcript.restored(json.loads(json.dumps(transcript.to_state())))
        case {"typed": text}:
            _compare_typed(transcript, text * step.get("times", 1), step, where)
        case {"expect": expected}:
            assert_shows(screen_of(transcript), expected, where)
        case _:
            raise AssertionError(f"{where}: no such step: {step}")
    return transcript


def _compare_sent(history: Any, step: Json, where: str) -> None:
    if "sends" in step:
        assert _sent(history) == step["sends"], where


def _compare_typed(transcript: Transcript, text: str, step: Json, where: str) -> None:
    told = {
        "counter": transcript.counter(text),
        "remaining": transcript.remaining(text),
        "refusal": transcript.refusal(text),
    }
    expected = {key: step[key] for key in told if key in step}
    assert expected, f"{where} compares nothing"
    assert_shows(told, expected, where)


def _sent(history: Any) -> Any:
    return history if history is None else [message.to_json() for message in history]


def _message(message: ChatMessage) -> Json:
    return {
        **message.to_state(),
        "tokensText": message.tokens_text,
        "costText": message.cost_text,
    }


def _error(told: Json) -> ParleyError:
    kind = type(told["type"], (ParleyError,), {"retryable": told["retryable"]})
    error: ParleyError = kind(told["sentence"])
    return error
