"""Servers with keys, and how their doors are knocked at."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.access.key_store import KeyStore
from api.access.keys import KeyRecord, digest_of, new_key
from tests.conftest import StartServer
from tests.servers import LiveServer
from tests.upstream.server import FakeUpstream

MakeKey = Callable[..., str]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def make_key(data_dir: Path) -> MakeKey:
    """A function that makes a key as `parley keys add` does; its options are the record's."""

    def make(name: str = "ada", **options: Any) -> str:
        key_id, key = new_key()
        KeyStore(data_dir).add(KeyRecord(key_id, name, digest_of(key), time.time(), **options))
        return key

    return make


@pytest.fixture
def key(make_key: MakeKey) -> str:
    return make_key()


@pytest.fixture
def guarded(
    start_server: StartServer, upstream: FakeUpstream, data_dir: Path, key: str
) -> LiveServer:
    """A server that has the key `key`, and whose model is the fake upstream."""
    return start_server(
        openai_base_url=upstream.base_url,
        openai_api_key="sk-test",
        model="fake",
        data_dir=data_dir,
    )
