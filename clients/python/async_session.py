"""Everything that the API offers, for asyncio."""

import os
import uuid
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import date
from typing import Any

from clients.python._generated import (
    Assistant,
    CancelRunResult,
    ChatInput,
    ChatResult,
    ChatSettings,
    Control,
    Health,
    MessageInput,
    OnDisconnect,
    Run,
    RunResult,
    RunStatus,
    StartRunResult,
    StoreUnavailable,
    UsageGroup,
    UsageResult,
    operations,
)
from clients.python.addresses import Address
from clients.python.connection import Connection
from clients.python.events import StreamEvent
from clients.python.resuming import Patience, Source, resumed
from clients.python.wire import UNSET

DEFAULT_URL = "http://127.0.0.1:8000"
KEY_VARIABLE = "PARLEY_API_KEY"
QUICK_SECONDS = 30.0
"""Greatest time for an answer that no model has a part in."""
REPLY_SECONDS = 600.0
"""Greatest time for a whole reply; the server's own limit is shorter."""

History = Sequence[MessageInput | Mapping[str, Any]]
Settings = ChatSettings | Mapping[str, Any]


class AsyncSession:
    """One API, asked from any task. Methods raise `ParleyError`; problems are answers.

    `token` is sent as a bearer token: a key of the API, by default the one in PARLEY_API_KEY, or a
    JWT. `headers` go with every request.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        patience: Patience | None = None,
    ) -> None:
        sent = dict(headers or {})
        token = os.environ.get(KEY_VARIABLE) if token is None else token
        if token:
            sent["Authorization"] = f"Bearer {token}"
        self.address = Address.of(url)
        self._connection = Connection(self.address, sent)
        self._patience = patience or Patience()

    async def assistants(self) -> list[Assistant]:
        """Every assistant, the default one first."""
        return await self._connection.execute(operations.assistants(), QUICK_SECONDS)

    async def controls(self) -> list[Control]:
        """Every input field that a frontend offers, with the choices that the server has."""
        return await self._connection.execute(operations.controls(), QUICK_SECONDS)

    async def health(self) -> Health:
        """Whether the server, its model and its store are well."""
        return await self._connection.execute(operations.health(), QUICK_SECONDS)

    async def contract_version(self) -> str:
        """The version of the contract that the server speaks."""
        return await self._connection.execute(operations.contract_version(), QUICK_SECONDS)

    async def chat(
        self,
        history: History,
        assistant_id: str | None = None,
        settings: Settings | None = None,
        idempotency_key: str | None = None,
        on_disconnect: OnDisconnect | None = None,
    ) -> ChatResult:
        """One whole reply, or the problem that prevented it."""
        asked = chat_input(history, assistant_id, settings, idempotency_key, on_disconnect)
        return await self._connection.execute(operations.chat(input=asked), REPLY_SECONDS)

    def stream(
        self,
        history: History,
        assistant_id: str | None = None,
        settings: Settings | None = None,
        idempotency_key: str | None = None,
        on_disconnect: OnDisconnect | None = None,
    ) -> AsyncGenerator[StreamEvent, None]:
        """Start a run and yield its events to the terminal one; close it with `aclosing`.

        Reconnects by itself and yields `Reconnecting` meanwhile. Closing it before the end stops
        the server's stream at once, and the run where `on_disconnect` is `CANCEL`.
        """
        key = idempotency_key or uuid.uuid4().hex  # so that a second attempt joins the same run
        asked = chat_input(history, assistant_id, settings, key, on_disconnect)
        return resumed(_RunWire(self, asked), self._patience)

    def follow(self, run_id: str, after: int | None = None) -> AsyncGenerator[StreamEvent, None]:
        """The events of a run after the one numbered `after`, to the terminal one."""
        after = -1 if after is None else after
        return resumed(_RunWire(self, None), self._patience, run_id, after)

    async def start(
        self,
        history: History,
        assistant_id: str | None = None,
        settings: Settings | None = None,
        idempotency_key: str | None = None,
    ) -> StartRunResult:
        """Start a run and return at once; read it with `follow`."""
        asked = chat_input(history, assistant_id, settings, idempotency_key, None)
        return await self._connection.execute(operations.start_run(input=asked), QUICK_SECONDS)

    async def usage(
        self,
        since: date | None = None,
        until: date | None = None,
        group_by: Sequence[UsageGroup] = tuple(UsageGroup),
        everybody: bool = False,
    ) -> UsageResult:
        """What was used and spent on these days (UTC), by default in the last 30."""
        asked = operations.usage(
            since=since.isoformat() if since else UNSET,
            until=until.isoformat() if until else UNSET,
            group_by=group_by,
            everybody=everybody,
        )
        return await self._connection.execute(asked, QUICK_SECONDS)

    async def cancel(self, run_id: str) -> CancelRunResult:
        """Stop a run; harmless when repeated."""
        return await self._connection.execute(operations.cancel_run(id=run_id), QUICK_SECONDS)

    async def run(self, run_id: str) -> RunResult:
        """One run as it stands."""
        return await self._connection.execute(operations.run(id=run_id), QUICK_SECONDS)


def chat_input(
    history: History,
    assistant_id: str | None,
    settings: Settings | None,
    idempotency_key: str | None,
    on_disconnect: OnDisconnect | None,
) -> ChatInput:
    """The contract's input; what is None or empty is left to the server."""
    return ChatInput(
        history=history,
        assistant_id=assistant_id or UNSET,
        settings=settings or UNSET,
        idempotency_key=idempotency_key or UNSET,
        on_disconnect=on_disconnect or UNSET,
    )


class _RunWire:
    """The operations that one run's stream is made of."""

    def __init__(self, session: AsyncSession, asked: ChatInput | None) -> None:
        self._session = session
        self._connection = session._connection
        self._asked = asked

    def start(self) -> Source:
        assert self._asked is not None  # a followed run has an id from the beginning
        return self._connection.subscribe(operations.chat_stream(input=self._asked))

    def follow(self, run_id: str, after: int) -> Source:
        last = after if after >= 0 else UNSET
        return self._connection.subscribe(operations.follow_run(id=run_id, after=last))

    async def is_over(self, run_id: str, after: int) -> bool:
        found = await self._session.run(run_id)
        if isinstance(found, Run):
            return found.status != RunStatus.RUNNING and found.last_seq <= after
        return not isinstance(found, StoreUnavailable)
