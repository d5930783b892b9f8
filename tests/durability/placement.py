"""A server's connections and which worker of a pool has them, as the kernel knows it (Linux)."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.servers import DEADLINE, ServerProcess, wait_until
from tests.transport.wire import Wire


def worker_of(server: ServerProcess, wire: Wire) -> int:
    """Pid of the worker that has accepted this connection; waits until one has."""
    client_port = wire.socket.getsockname()[1]
    found: list[int] = []

    def accepted() -> bool:
        inode = _inode(server.port, client_port)
        found.extend(pid for pid in server.worker_pids if inode in _sockets(pid))
        return bool(found)

    wait_until(accepted, what="a worker accepting the connection")
    return found[0]


def wires_to_all(server: ServerProcess, workers: int) -> dict[int, Wire]:
    """An open connection to each of the workers, by its pid."""
    wires: dict[int, Wire] = {}

    def all_reached() -> bool:
        wire = Wire(server.url)
        if wires.setdefault(worker_of(server, wire), wire) is not wire:
            wire.close()
        return len(wires) == workers

    wait_until(all_reached, 3 * DEADLINE, what=f"{workers} workers at work")
    return wires


def connections(server: ServerProcess) -> int:
    """How many established connections the server has."""
    return sum(row.server == server.port and row.state == "01" for row in _rows())


def is_connected(server: ServerProcess, wire: Wire) -> bool:
    """Whether the server still has its side of this connection open."""
    return _inode(server.port, wire.socket.getsockname()[1]) not in ("", "socket:[0]")


def upstream_connections(port: int) -> int:
    """How many connections anybody has to a server on this port, on the client's side."""
    return sum(row.client == port and row.state == "01" for row in _rows())


def _inode(server_port: int, client_port: int) -> str:
    """The server's side of a connection."""
    for row in _rows():
        if (row.server, row.client) == (server_port, client_port):
            return f"socket:[{row.inode}]"
    return ""


class _Row(NamedTuple):
    server: int
    client: int
    state: str
    inode: str


def _rows() -> Iterator[_Row]:
    """The connections that the kernel lists in /proc/net/tcp (proc(5))."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        ports = [int(address.partition(":")[2], 16) for address in fields[1:3]]
        yield _Row(*ports, state=fields[3], inode=fields[9])


def _sockets(pid: int) -> set[str]:
    folder, found = Path(f"/proc/{pid}/fd"), set()
    for name in os.listdir(folder):
        try:
            found.add(os.readlink(folder / name))
        except FileNotFoundError:
            continue  # closed meanwhile
    return found
