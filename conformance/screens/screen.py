"""A frontend's surface as the scenarios know it, whatever it is drawn with."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from typing import Any, ClassVar, Literal, NamedTuple, TypeVar

from conformance.nonconformity import Nonconformity

Seen = TypeVar("Seen")
FileKind = Literal["CSV", "JSON"]


class Message(NamedTuple):
    """One message as it is drawn; its words with white space run together."""

    role: str
    words: str


class Screen(ABC):
    """One open window of a frontend.

    What is seen is read anew at each access. Waiting lasts `patience` seconds at the most, and
    then says in a sentence what did not come about.
    """

    NEW_LINE: ClassVar[str]
    """The key that begins a line in the message box."""

    def __init__(self, greetings: Collection[str], patience: float) -> None:
        self._greetings = greetings
        self.patience = patience

    # What is seen -----------------------------------------------------------------------------

    @property
    @abstractmethod
    def title(self) -> str:
        """The heading: who answers."""

    @property
    @abstractmethod
    def text(self) -> str:
        """All that can be read now."""

    @property
    @abstractmethod
    def drawn(self) -> list[Message]:
        """The conversation top to bottom, the greeting included."""

    @property
    @abstractmethod
    def drawn_verbatim(self) -> list[str]:
        """The words of all messages letter by letter, top to bottom."""

    @property
    @abstractmethod
    def draft(self) -> str:
        """What stands in the message box."""

    @property
    @abstractmethod
    def counter(self) -> str:
        """How much of the cap the draft uses: `12 / 50`."""

    @property
    @abstractmethod
    def alert(self) -> str:
        """What stands in the way; empty where nothing does."""

    @property
    @abstractmethod
    def cost(self) -> str:
        """Tokens and cost of the session."""

    @property
    @abstractmethod
    def run_id(self) -> str:
        """The run that this window shows, as its link names it."""

    @property
    @abstractmethod
    def focused(self) -> str:
        """Name of what the keyboard acts on; empty where it acts on nothing."""

    @abstractmethod
    def offers(self, action: str) -> bool:
        """Whether the button, key or starter of this name can be used now."""

    @abstractmethod
    def is_there(self, action: str) -> bool:
        """Whether the button or key of this name is there, usable or not."""

    @abstractmethod
    def leans_right(self) -> bool:
        """Whether the last message is laid out from right to left."""

    @property
    def is_turned(self) -> bool:
        """Whether the newest message is on top; the greeting, as the oldest, tells."""
        return self._is_turned(self.drawn)

    def _is_turned(self, drawn: list[Message]) -> bool:
        greets = [said.words in self._greetings for said in drawn]
        return bool(greets) and greets[-1] and not greets[0]

    @property
    def messages(self) -> list[Message]:
        """The conversation, the oldest message first, however it is drawn."""
        drawn = self.drawn
        return drawn[::-1] if self._is_turned(drawn) else drawn

    @property
    def verbatim(self) -> list[str]:
        """The same, letter by letter."""
        return self.drawn_verbatim[::-1] if self.is_turned else self.drawn_verbatim

    @property
    def questions(self) -> list[str]:
        return [words for role, words in self.messages if role == "user"]

    @property
    def replies(self) -> list[str]:
        """What the assistant said, the greeting excepted."""
        said = [words for role, words in self.messages if role == "assistant"]
        return [words for words in said if words not in self._greetings]

    @property
    def idle(self) -> bool:
        return not self.offers("Stop") and self.offers("Send")

    # What one does ----------------------------------------------------------------------------

    @abstractmethod
    def write(self, text: str) -> None:
        """Put the text into the message box."""

    @abstractmethod
    def press(self, *keys: str) -> None:
        """Keys by Playwright's names, on what is focused."""

    @abstractmethod
    def do(self, action: str) -> None:
        """Use the button, key or starter of this name."""

    @abstractmethod
    def reach(self, name: str) -> bool:
        """Walk to it by keyboard; False where the keyboard does not get there."""

    def act_by_keyboard(self, name: str) -> None:
        """Use what `reach` has reached."""
        self.press("Enter")

    @abstractmethod
    def choose_assistant(self, name: str) -> None: ...

    @abstractmethod
    def put_newest_first(self, newest_first: bool) -> None: ...

    @abstractmethod
    def set_to_greatest(self, label: str) -> None:
        """Set the slider of this label to its greatest value."""

    @abstractmethod
    def downloaded(self, kind: FileKind) -> bytes: ...

    @abstractmethod
    def copied_reply(self) -> str:
        """Copy the last reply; what the clipboard then holds."""

    @abstractmethod
    def reload(self) -> None:
        """Leave and come back, as a browser reloads its tab."""

    @abstractmethod
    def close(self) -> None: ...

    # What is examined -------------------------------------------------------------------------

    @abstractmethod
    def barriers(self) -> list[str]:
        """What shuts people out now, each as a sentence."""

    @abstractmethod
    def misfits(self) -> list[str]:
        """What does not fit into the window, each as a sentence."""

    @abstractmethod
    def set_traps(self) -> None:
        """Make ready to notice what a hostile reply achieves."""

    @abstractmethod
    def intrusions(self) -> list[str]:
        """What hostile replies have achieved, each as a sentence."""

    @property
    @abstractmethod
    def announced(self) -> str:
        """What people who don't see the screen are told of the last reply."""

    @abstractmethod
    def drawn_parts(self) -> set[str]:
        """Which of `code` and `table` are drawn as such in the last reply."""

    @abstractmethod
    def seconds_to_paint(self, change: Callable[[], Any], shows: str) -> float:
        """Make the change; seconds until the text can be seen."""

    # How one waits ----------------------------------------------------------------------------

    @abstractmethod
    def pause(self) -> None:
        """Let the frontend go on for some milliseconds."""

    def until(self, holds: Callable[[], Any], otherwise: str | Callable[[], str]) -> None:
        """Wait until it holds; else raise the sentence."""
        end = time.monotonic() + self.patience
        while not holds():
            if time.monotonic() > end:
                raise Nonconformity(otherwise if isinstance(otherwise, str) else otherwise())
            self.pause()

    def await_same(self, what: str, read: Callable[[], Seen], wanted: Seen) -> None:
        """Wait until what is read is what is wanted; `what` is named in the sentence."""
        self.until(lambda: read() == wanted, lambda: f"{what} {read()!r} instead of {wanted!r}")

    def await_replies(self, *wanted: str) -> None:
        self.await_same("the replies are", lambda: self.replies, list(wanted))

    def await_last_reply(self, wanted: str) -> None:
        self.await_same("the last reply is", lambda: self.replies[-1:], [wanted])

    def await_words(self, words: str, what: str) -> None:
        """Until they can be read, in any case and across lines; `what` says why they should be."""
        self.until(
            lambda: words.lower() in run_together(self.text.lower()),
            f"{what} ({words!r} cannot be read)",
        )

    def await_button(self, action: str) -> None:
        """Until it is there, usable or not."""
        self.until(lambda: self.is_there(action), f"there is no button named “{action}”")

    def await_alert(self) -> str:
        """The alert, as soon as there is one."""
        self.until(lambda: self.alert, "a failure shows no alert (an element with the role alert)")
        return self.alert

    def await_offer(self, action: str) -> None:
        self.until(lambda: self.offers(action), lambda: f"{action!r} is not offered")

    def await_idle(self) -> None:
        self.until(lambda: self.idle, "the reply has ended, but Send does not take Stop's place")

    def await_ready(self) -> None:
        """Until it has met the API, and greets."""
        self.until(
            lambda: any(said.words in self._greetings for said in self.messages),
            "the assistant's greeting is not among the messages (in an element with the role log "
            "and the name “Conversation”)",
        )

    def ask(self, question: str) -> None:
        """Write it, send it, and see it among the messages."""
        before = len(self.questions)
        self.write(question)
        self.press("Enter")
        self.until(
            lambda: self._has_sent(question, before),
            "Enter does not send the question: it is not among the messages",
        )

    def _has_sent(self, question: str, before: int) -> bool:
        """Whether the question is among the messages, of which `before` were questions."""
        return len(self.questions) == before + 1

    def ask_and_wait(self, question: str) -> None:
        """The same, until it is answered or an alert says why not."""
        self.ask(question)
        # Idle alone doesn't tell: it may be idle still.
        self.until(
            lambda: self.alert or len([*filter(None, self.replies)]) >= len(self.questions),
            "neither a reply nor an alert appears",
        )
        self.await_idle()


def run_together(text: str) -> str:
    """The words, with white space of any kind and length as one space."""
    return " ".join(text.split())
