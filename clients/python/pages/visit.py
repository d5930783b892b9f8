"""What one open page shows: a conversation, who may answer, and how the person set it up."""

import json
from dataclasses import dataclass, field
from typing import Any

from clients.python import Assistant, Control, Health, Notice, Panel, ParleyError, Transcript


@dataclass(slots=True)
class Visit:
    """One browser tab. It outlives a reload as the text that `saved` returns."""

    transcript: Transcript = field(default_factory=Transcript)
    assistants: list[Assistant] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    health: Health | None = None
    """None until the API has answered for the first time."""
    trouble: ParleyError | None = None
    """Why the API didn't answer."""
    assistant_id: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    """Path of a control → what the person set."""
    newest_first: bool = False
    accepted: int = 0
    """How many questions were taken; the message box is emptied for each."""

    @property
    def assistant(self) -> Assistant | None:
        """The assistant that replies: the default one unless another that there is was chosen."""
        chosen = (one for one in self.assistants if one.id == self.assistant_id)
        return next(chosen, self.assistants[0] if self.assistants else None)

    @property
    def panel(self) -> Panel:
        return Panel.of(self.controls, self.assistant)

    @property
    def setting(self) -> tuple[bool, str | None]:
        """While it stays the same, the same assistant offers the same settings."""
        return self.health is None, self.assistant.id if self.assistant else None

    @property
    def phase(self) -> tuple[str | None, bool, bool]:
        """While it stays the same, only words come; else more of the page changes."""
        return self.transcript.run_id, self.transcript.busy, self.trouble is None

    def choose(self, assistant_id: str | None) -> None:
        """Let another assistant answer from now on; what was said stays."""
        self.assistant_id, self.values = assistant_id, {}
        self.greet()

    def expect(self, assistant_id: str | None) -> None:
        """Let the transcript's problem say where the API has no such assistant."""
        ids = [one.id for one in self.assistants]
        if assistant_id and assistant_id not in ids:
            sentence = f"There is no assistant {assistant_id!r}. There are: {', '.join(ids)}."
            self.transcript.problem = Notice("UnknownAssistant", sentence, retryable=False)

    def greet(self) -> None:
        """Take the assistant's greeting and cap."""
        if assistant := self.assistant:
            self.transcript.greeting = assistant.greeting
            self.transcript.question_limit = assistant.question_length_limit

    def settings(self) -> dict[str, Any] | None:
        """What of `values` is sent.

        None where one of them cannot be; the transcript's problem then says why.
        """
        try:
            return self.panel.settings(self.values)
        except ParleyError as error:
            self.transcript.fail(error)
            return None

    def file(self, kind: str) -> str:
        """The conversation as `csv` or `json`, for the browser to save."""
        return self.transcript.to_csv() if kind == "csv" else self.transcript.to_json()

    def saved(self) -> str:
        """All that must survive a reload, as JSON for the browser to keep."""
        return json.dumps(
            {
                "run": self.transcript.run_id,
                "transcript": self.transcript.to_state(),
                "assistant": self.assistant_id,
                "values": self.values,
                "newestFirst": self.newest_first,
            }
        )

    def restore(self, saved: str) -> None:
        """Take up what `saved` returned; a text that it didn't write is as good as none."""
        try:
            kept = json.loads(saved)
            transcript = Transcript.restored(kept["transcript"])
            values, newest_first = dict(kept["values"]), bool(kept["newestFirst"])
            assistant_id = kept["assistant"]
        except (ValueError, TypeError, KeyError, AttributeError):
            return
        self.transcript, self.values = transcript, values
        self.assistant_id, self.newest_first = assistant_id, newest_first
