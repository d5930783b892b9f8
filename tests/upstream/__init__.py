"""A scripted OpenAI-compatible server over real HTTP: for tests, benchmarks and frontends."""

from tests.upstream.exchange import RecordedRequest
from tests.upstream.faults import FAULTS
from tests.upstream.gate import Gate
from tests.upstream.script import Script
from tests.upstream.server import FakeUpstream

__all__ = ["FAULTS", "FakeUpstream", "Gate", "RecordedRequest", "Script"]
