"""The scripted provider: a model without a model, for tests and for authors of frontends.

`PARLEY_PROVIDER=scripted` runs Parley on it: no key, no download, and replies that come word by
word. It repeats the question, except that these questions rehearse what else can happen:

    /long       two hundred words         /markdown   headings, code, a table, a link
    /slow       a word a second           /inert      markup that must not run
    /cut        the reply breaks off      /fail       the model fails in mid-reply
    /down       the model is unreachable  /limit      too many requests, try again in 7 seconds
    /refuse     a content filter          /silent     nothing at all, until a deadline
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence

from api.contract.usage import FinishReason, TokenUsage
from api.providers.base import ModelRequest, Part
from api.providers.errors import (
    ContentRefusedError,
    ModelRateLimitedError,
    ModelTimedOutError,
    ModelUnavailableError,
    ProviderError,
    ReplyTruncatedError,
)
from api.providers.registry import ProviderConfig

Step = Part | float | asyncio.Event | ProviderError
"""A part to yield, seconds to pause, an event to wait for, or a failure to raise."""

MODEL = "echo"
PAUSE = 0.03
"""Seconds between two words: about as fast as a good model."""


class ScriptedProvider:
    """Replays queued replies in order, and then answers as the module's docstring says.

    A reply is a sequence of steps; one that ends without a finish reason was cut. `requests` and
    `closed` tell what was asked, and how many streams their readers left before the end.
    """

    name = "scripted"
    default_model = MODEL

    def __init__(self, *, pause: float = PAUSE, idle_timeout: float = 60.0) -> None:
        self.requests: list[ModelRequest] = []
        self.closed = 0
        self._pause = pause
        self._idle = idle_timeout
        self._queue: deque[Sequence[Step]] = deque()

    def queue(self, *steps: Step) -> None:
        """Reply with these steps to the next request that finds no earlier reply queued."""
        self._queue.append(steps)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Part, None]:
        self.requests.append(request)
        steps = self._queue.popleft() if self._queue else self._improvised(request)
        finished = False
        try:
            for step in steps:
                if isinstance(step, ProviderError):
                    finished = True
                    raise step.with_traceback(None)  # queued once, it may be raised many times
                if isinstance(step, asyncio.Event):
                    await step.wait()
                elif isinstance(step, float | int):
                    await asyncio.sleep(step)
                else:
                    finished = isinstance(step, FinishReason) or finished
                    yield step
        except (GeneratorExit, asyncio.CancelledError):
            self.closed += not finished
            raise
        if not finished:
            raise ReplyTruncatedError("The reply broke off before its end.")

    async def start(self) -> None:
        """Nothing to ready."""

    async def check(self) -> None:
        """Return: there is nothing to reach."""

    async def aclose(self) -> None:
        """Return: there is nothing to close."""

    def _improvised(self, request: ModelRequest) -> Sequence[Step]:
        question = request.turns[-1].content if request.turns else ""
        rehearsal = question.strip()
        if rehearsal == "/silent":
            return [self._idle, ModelTimedOutError("The model sent nothing.", self._idle)]
        if rehearsal in FAILURES:
            return [*self._words(FAILURES[rehearsal][0]), *FAILURES[rehearsal][1:]]
        words = self._words(TEXTS.get(rehearsal, question), 1.0 if rehearsal == "/slow" else None)
        prompt = sum(len(turn.content.split()) for turn in request.turns)
        told = sum(isinstance(step, str) for step in words)
        usage = TokenUsage(prompt_tokens=prompt, completion_tokens=told, total_tokens=prompt + told)
        return [*words, usage, FinishReason.STOP]

    def _words(self, text: str, pause: float | None = None) -> list[Step]:
        """The text word by word, line ends kept, with a pause before each word but the first."""
        between = self._pause if pause is None else pause
        steps: list[Step] = []
        for word in text.split(" "):
            steps += [between, f" {word}"] if steps else [word]
        return steps


TEXTS = {
    "/long": " ".join(f"word{number}" for number in range(200)),
    "/slow": "one two three four five six seven eight nine ten",
    "/markdown": "# Heading\n\nA *word*, `code` and a [link](https://example.org).\n\n"
    "```python\nprint('hello')\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    "/inert": "<script>alert(1)</script> <img src=x onerror=alert(1)> "
    "[click](javascript:alert(1)) ![image](https://example.org/pixel.png)",
}

FAILURES: dict[str, tuple[str, *tuple[Step, ...]]] = {
    "/cut": ("This reply breaks",),
    "/fail": ("This reply", ModelUnavailableError("The model's server is in trouble.")),
    "/down": ("", ModelUnavailableError("Nothing answers at the address of the model's server.")),
    "/limit": ("", ModelRateLimitedError("Too many requests for the model's server.", 7.0)),
    "/refuse": ("", ContentRefusedError("The model's content filter refused the request.")),
}


def from_config(config: ProviderConfig) -> ScriptedProvider:
    return ScriptedProvider(idle_timeout=config.idle_timeout)
