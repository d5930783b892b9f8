"""What a scenario is played with: one frontend, its API, the scripted model, and open windows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

from clients.python import Assistant, Run, Session
from conformance.frontends import Frontend, Surface
from conformance.nonconformity import Nonconformity
from conformance.screens import Screen
from conformance.serving import PageProcess
from conformance.sockets import SocketNotes
from tests.browser import chromium_running
from tests.servers import ServerProcess
from tests.upstream import FakeUpstream

PATIENCE = 30.0
"""Seconds that a scenario waits: enough for a busy machine, so that it fails but never hangs."""
MODEL = "gpt-4o-mini"
"""Its prices are known, so that costs can be added up."""


class Windows(Protocol):
    """Opens the frontend, as a person does."""

    def open(self, greetings: Collection[str], run: str, dark: bool, phone: bool) -> Screen: ...

    @property
    def outside(self) -> list[str]:
        """What its windows have asked of other machines, since the beginning."""

    @property
    def errors(self) -> list[str]:
        """What its own scripts have complained of in the windows that are open."""


class Stage:
    """One frontend for one scenario after another."""

    def __init__(
        self,
        frontend: Frontend,
        upstream: FakeUpstream,
        api: ServerProcess,
        windows: Windows,
        sockets: SocketNotes,
    ) -> None:
        self.frontend = frontend
        self.upstream = upstream
        self.api = api
        self.session = Session(api.url)
        self.windows = windows
        self._sockets = sockets
        self._open: list[Screen] = []
        self._assistants: list[Assistant] = []

    @property
    def assistants(self) -> list[Assistant]:
        """Who can be asked, the default one first."""
        self._assistants = self._assistants or self.session.assistants()
        return self._assistants

    def open(self, *, run: str = "", dark: bool = False, phone: bool = False) -> Screen:
        """A new window, as soon as it greets."""
        greetings = [assistant.greeting for assistant in self.assistants]
        screen = self.windows.open(greetings, run, dark, phone)
        self._open.append(screen)
        screen.await_ready()
        return screen

    def asked(self, request: int = 0) -> list[str]:
        """What the model was sent with this request, the assistant's instructions excepted."""
        return [turn["content"] for turn in self._sent(request)[1:]]

    def instructions(self, request: int = 0) -> str:
        """What the model was told about itself."""
        return str(self._sent(request)[0]["content"])

    def _sent(self, request: int) -> Sequence[Mapping[str, Any]]:
        if request >= len(self.upstream.requests):
            raise Nonconformity("the model was not asked")
        sent: Sequence[Mapping[str, Any]] = self.upstream.requests[request].messages
        return sent

    def run(self, id: str) -> Run:
        """The run as the server has logged it."""
        run = self.session.run(id)
        if not isinstance(run, Run):
            raise Nonconformity(f"the server has no run {id!r}: {run!r}")
        return run

    @property
    def outside(self) -> list[str]:
        """What was asked of other machines, by windows and by servers."""
        return [*self.windows.outside, *self._sockets.asked]

    def clear(self) -> None:
        """Close the windows and forget what the model was told to say."""
        while self._open:
            self._open.pop().close()
        self.upstream.reset()

    def close(self) -> None:
        self.clear()
        self.session.close()


@contextmanager
def staged(frontend: Frontend, folder: Path, windows: Windows | None = None) -> Iterator[Stage]:
    """The frontend over a real API process and a scripted model; logs are in the folder."""
    sockets = SocketNotes(folder / "sockets.txt")
    with ExitStack() as stack:
        upstream = stack.enter_context(FakeUpstream())
        api = stack.enter_context(_api(upstream, folder, sockets))
        url = f"{api.url}{frontend.path}"
        if frontend.command:
            log = folder / f"{frontend.name}.log"
            page = PageProcess(frontend.command, api.url, log, environment=sockets.environment)
            url = stack.enter_context(page).url
        windows = windows or stack.enter_context(opener(frontend, url))
        stage = Stage(frontend, upstream, api, windows, sockets)
        stack.callback(stage.close)
        yield stage


def _api(upstream: FakeUpstream, folder: Path, sockets: SocketNotes) -> ServerProcess:
    model = {"OPENAI_BASE_URL": upstream.base_url, "OPENAI_API_KEY": "sk-test"}
    chosen = {"PARLEY_MODEL": MODEL, "PARLEY_PRICES": "openai", "PARLEY_MODELS": "other"}
    return ServerProcess(folder / "data", None, **model, **chosen, **sockets.environment)


@contextmanager
def opener(frontend: Frontend, url: str) -> Iterator[Windows]:
    """What opens the frontend at the address."""
    # Imported here: a page needs no Textual, and the terminal no browser.
    if frontend.surface is Surface.TERMINAL:
        from conformance.windows.terminals import Terminals

        yield Terminals(url, PATIENCE)
        return
    from conformance.windows.tabs import Tabs

    with chromium_running() as browser:
        yield Tabs(browser, url, frontend.adapter, PATIENCE)
