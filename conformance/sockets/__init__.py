"""Whom the processes of a frontend ask that is not this machine, told by Python itself.

See https://docs.python.org/3/library/audit_events.html.
"""

from pathlib import Path


class SocketNotes:
    """A file that Python processes with `environment` write to."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(Path(__file__).parent), "CONFORMANCE_SOCKETS": str(self._file)}

    @property
    def asked(self) -> list[str]:
        """What was asked of elsewhere: `connect 192.0.2.1`, `getaddrinfo fonts.example`."""
        return sorted(set(self._file.read_text().splitlines())) if self._file.exists() else []
