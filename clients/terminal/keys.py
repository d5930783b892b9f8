"""The keys, and when each has something to do."""

from textual.binding import Binding

from clients.python import Transcript


def _key(key: str, action: str, label: str, meaning: str, shown: str) -> Binding:
    return Binding(key, action, label, key_display=shown, tooltip=meaning)


KEYS = [
    _key("f1", "help", "Help", "Show this help", "F1"),
    _key("escape", "stop", "Stop", "Stop the reply that is being written", "esc"),
    _key("f2", "settings", "Settings", "Show or hide the settings", "F2"),
    _key("ctrl+r", "again", "Regenerate", "Ask for another reply to the last question", "^R"),
    _key("ctrl+y", "copy", "Copy", "Copy the last reply", "^Y"),
    _key("ctrl+l", "clear", "Clear", "Clear the conversation and begin a new one", "^L"),
    _key("f3", "theme", "Light/dark", "Light or dark colours", "F3"),
    _key("f4", "order", "Order", "Newest or oldest message on top", "F4"),
    _key("f5", "save_csv", "CSV", "Download the conversation as CSV", "F5"),
    _key("f6", "save_json", "JSON", "Download the conversation as JSON", "F6"),
    _key("f7", "earlier", "Earlier", "Show all messages, where only the newest are", "F7"),
    _key("ctrl+q", "quit", "Quit", "Leave; a reply that is being written goes on", "^Q"),
]


def is_offered(action: str, transcript: Transcript) -> bool | None:
    """False where the key is hidden, None where it is greyed out."""
    if action == "stop":
        return transcript.busy
    if action == "again":
        return transcript.can_regenerate or None
    if action in {"copy", "save_csv", "save_json", "clear"}:
        return bool(transcript.messages) or None
    return True
