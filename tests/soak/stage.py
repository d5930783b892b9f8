"""What a soak plays on: a real server with keys, its faulty upstream, and a client."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from api.access.key_store import KeyStore
from api.access.keys import KeyRecord, digest_of, new_key
from tests.failures.conftest import write_assistant, write_failing_assistants
from tests.servers import ServerProcess
from tests.soak.tally import Tally
from tests.upstream.server import FakeUpstream

PROBE = Path(__file__).with_name("probe")

REPLIES = {"short": (8, 0), "usual": (60, 60), "long": (150, 50), "burst": (400, 0)}
"""Assistant → how many numbered tokens it says, and how many a second (0: at once)."""

TOKEN, FLOOD_TOKENS = "x" * 8_192, 800
"""What the assistant `flood` says: more than all buffers between two processes hold."""

SETTINGS = {
    "PARLEY_MODEL": "fake",
    "PARLEY_IDLE_TIMEOUT_SECONDS": "2",
    "PARLEY_RUN_TIMEOUT_SECONDS": "15",
    "PARLEY_SEND_TIMEOUT_SECONDS": "2",
    "PARLEY_BODY_TIMEOUT_SECONDS": "5",
    "PARLEY_INIT_TIMEOUT_SECONDS": "5",
    "PARLEY_LONGEST_RETRY_SECONDS": "1",
    "PARLEY_ATTEMPTS": "2",
    "PARLEY_STREAMS_PER_CALLER": "500",
    "PARLEY_RETENTION_HOURS": "0.02",
}
"""Short patience, so that what waits for it happens often; texts are erased after 72 seconds."""


@dataclass(slots=True)
class Stage:
    """A running server and what is known of it."""

    server: ServerProcess
    upstream: FakeUpstream
    http: aiohttp.ClientSession
    key: str
    probe: Path
    """Where the server's processes tell of themselves (`tests/soak/probe`)."""
    tally: Tally = field(default_factory=Tally)

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def keys(self) -> KeyStore:
        return KeyStore(self.server.data_dir)

    def forget_requests(self) -> None:
        """Drop what the upstream has recorded of requests that are over: a soak is long."""
        over = 0
        for request in self.upstream.requests:
            if request.active:
                break
            over += 1
        del self.upstream.requests[:over]


@asynccontextmanager
async def staged(folder: Path, workers: int = 1, **settings: str) -> AsyncIterator[Stage]:
    """A server of so many workers, in a process of its own; `settings` as `PARLEY_…="…"`."""
    _write_assistants(folder / "assistants")
    probe = folder / "probe"
    probe.mkdir()
    key = make_key(KeyStore(folder / "data"), "soak")
    with FakeUpstream() as upstream:
        server = ServerProcess(
            folder / "data",
            **{**SETTINGS, **settings},
            OPENAI_BASE_URL=upstream.base_url,
            PARLEY_WORKERS=str(workers),
            PARLEY_ASSISTANTS_DIR=str(folder / "assistants"),
            PYTHONPATH=os.pathsep.join([str(PROBE), *filter(None, [os.environ.get("PYTHONPATH")])]),
            SOAK_PROBE=str(probe),
        )
        with server:
            async with client(key) as http:
                yield Stage(server, upstream, http, key, probe)


def client(key: str) -> aiohttp.ClientSession:
    """A client that never reuses a connection: each request may be cut by itself."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, force_close=True),
        timeout=aiohttp.ClientTimeout(total=60, sock_connect=30),
        headers={"authorization": f"Bearer {key}"},
        read_bufsize=1 << 25,
    )


def make_key(store: KeyStore, name: str) -> str:
    """A key, as `parley keys add` makes it."""
    key_id, key = new_key()
    store.add(KeyRecord(key_id, name, digest_of(key), time.time()))
    return key


def _write_assistants(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, (count, rate) in REPLIES.items():
        write_assistant(folder, name, f"numbered-{count}" + (f"@{rate}" if rate else ""))
    write_assistant(folder, "relieved", "fault-overloaded", "numbered-60@60")
    write_assistant(folder, "flood", "flood")
    write_failing_assistants(folder)
