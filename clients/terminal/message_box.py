"""Where the question is written: Enter sends it, the counter stands in the frame."""

from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widgets import TextArea

from clients.python import Transcript
from clients.terminal.inert import inert

NEW_LINE = {"shift+enter", "alt+enter", "ctrl+j"}
"""Not every terminal tells the first two from Enter."""


TAKEN = {"ctrl+y", "f6", "f7", "pageup", "pagedown"}
"""Keys of a text area that mean something else here."""


class MessageBox(TextArea, inherit_bindings=False):
    """A text of one line or more."""

    BINDINGS = [  # noqa: RUF012
        binding
        for binding in TextArea.BINDINGS
        if isinstance(binding, Binding) and TAKEN.isdisjoint(binding.key.split(","))
    ]

    class Submitted(Message):
        """The person wants to send the text."""

    def __init__(self) -> None:
        super().__init__(
            id="message", placeholder="Ask a question", compact=True, highlight_cursor_line=False
        )
        self.border_title = "Message"

    def count(self, transcript: Transcript) -> None:
        """Show how much of the cap is used."""
        self.border_subtitle = transcript.counter(self.text)
        self.set_class((transcript.remaining(self.text) or 0) < 0, "over")

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter" or event.key in NEW_LINE:
            event.stop()
            event.prevent_default()
            if event.key == "enter":
                self.post_message(self.Submitted())
            else:
                self.insert("\n")

    async def _on_paste(self, event: events.Paste) -> None:
        event.text = inert(event.text)
