"""Everything that the API offers, for code without asyncio: scripts and most Python frontends."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import TracebackType
from typing import Self
from weakref import WeakSet

from clients.python._generated import (
    Assistant,
    CancelRunResult,
    ChatResult,
    Control,
    Health,
    OnDisconnect,
    RunResult,
    StartRunResult,
    UsageGroup,
    UsageResult,
)
from clients.python.async_session import DEFAULT_URL, AsyncSession, History, Settings
from clients.python.background import EventStream, run
from clients.python.resuming import Patience


class Session:
    """One API, asked from any thread; one per process is enough.

    The methods are those of `AsyncSession`, and wait. `close`, or leaving the `with`, lets go of
    the streams that are still open.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._session = AsyncSession(url, token=token, headers=headers, patience=patience)
        self._streams: WeakSet[EventStream] = WeakSet()

    @property
    def url(self) -> str:
        """The API's address, to show."""
        return self._session.address.base

    def assistants(self) -> list[Assistant]:
        """Every assistant, the default one first."""
        return run(self._session.assistants())

    def controls(self) -> list[Control]:
        """Every input field that a frontend offers, with the choices that the server has."""
        return run(self._session.controls())

    def health(self) -> Health:
        """Whether the server, its model and its store are well."""
        return run(self._session.health())

    def contract_version(self) -> str:
        """The version of the contract that the server speaks."""
        return run(self._session.contract_version())

    def chat(
        self,
        history: History,
        assistant_id: str | None = None,
        settings: Settings | None = None,
        idempotency_key: str | None = None,
        on_disconnect: OnDisconnect | None = None,
    ) -> ChatResult:
        """One whole reply, or the problem that prevented it."""
        return run(
            self._session.chat(
                history,
                assistant_id=assistant_id,
                settings=settings,
                idempotency_key=idempotency_key,
                on_disconnect=on_disconnect,
            )
        )

    def stream(
        self,
        history: History,
        assistant_id: str | None = None,
        settings: Settings | None = None,
        idempotency_key: str | None = None,
        on_disconnect: OnDisconnect | None = None,
    ) -> EventStream:
        """Start a run and iterate over its events to the terminal one; it reconnects by itself."""
        return self._opened(
            EventStream(
                self._session.stream(
                    history,
                    assistant_id=assistant_id,
                    settings=settings,
                    idempotency_key=idempotency_key,
                    on_disconnect=on_disconnect,
                )
            )
        )

    def follow(self, run_id: str, after: int | None = None) -> EventStream:
        """The events of a run after the one numbered `after`, to the terminal one."""
        return self._opened(EventStream(self._session.follow(run_id, after)))

    def start(
        self,
        history: History,
        assistant_id: str | None = None,
        settings: Settings | None = None,
        idempotency_key: str | None = None,
    ) -> StartRunResult:
        """Start a run and return at once; read it with `follow`."""
        return run(
            self._session.start(
                history,
                assistant_id=assistant_id,
                settings=settings,
                idempotency_key=idempotency_key,
            )
        )

    def usage(
        self,
        since: date | None = None,
        until: date | None = None,
        group_by: Sequence[UsageGroup] = tuple(UsageGroup),
        everybody: bool = False,
    ) -> UsageResult:
        """What was used and spent on these days (UTC), by default in the last 30."""
        return run(self._session.usage(since, until, group_by, everybody))

    def cancel(self, run_id: str) -> CancelRunResult:
        """Stop a run; harmless when repeated."""
        return run(self._session.cancel(run_id))

    def run(self, run_id: str) -> RunResult:
        """One run as it stands."""
        return run(self._session.run(run_id))

    def close(self) -> None:
        """Let go of every stream that is still open."""
        for stream in list(self._streams):
            stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _opened(self, stream: EventStream) -> EventStream:
        self._streams.add(stream)
        return stream
