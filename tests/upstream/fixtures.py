"""The pytest fixtures that serve a fresh fake upstream to one test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.failures.certificate import server_certificate
from tests.upstream.server import FakeUpstream


@pytest.fixture
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream() as server:
        yield server


@pytest.fixture
def secured_upstream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeUpstream]:
    """Behind TLS, and trusted by the providers that the test opens."""
    certificate = server_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with FakeUpstream(certificate=certificate) as server:
        yield server
