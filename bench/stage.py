"""The upstream and the servers of one run of the bench, each started once and asked in turn."""

import contextlib
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.peers import Peer
from bench.processes import LOAD_CORE, Server, free_port, python


class Stage:
    """`with Stage(folder, peers) as stage:` starts the upstream and the peers, and ends them."""

    def __init__(self, folder: Path, peers: Iterable[Peer]) -> None:
        self.peers = tuple(peers)
        self._folder = folder
        self._stack = contextlib.ExitStack()
        self.upstream = free_port()
        self.servers: dict[str, Server] = {}

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _start(self, stack: contextlib.ExitStack) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        log = self._folder / "upstream.log"
        command = python("bench.upstream", self.upstream)
        stack.enter_context(Server(command, self.upstream, log=log, core=LOAD_CORE))
        for peer in self.peers:
            print(f"starting {peer.name} …", flush=True)
            server = peer.server(self.upstream, self._folder / peer.name.replace(" ", "-"))
            self.servers[peer.name] = stack.enter_context(server)
