"""An OpenTelemetry collector: takes spans over OTLP/HTTP and keeps them, decoded and as they came.

https://opentelemetry.io/docs/specs/otlp/#otlphttp
"""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tests.servers import wait_until


@dataclass(frozen=True)
class Seen:
    """A span, in plain values."""

    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, Any]
    resource: dict[str, Any]
    error: str | None
    """The status's description where the status is an error; None where it isn't."""
    events: int
    began: int
    ended: int


class Collector:
    """Listens on a free port while it is entered."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.bodies))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def spans(self) -> list[Seen]:
        """All that came, by their begin."""
        found = [span for body in list(self.bodies) for span in _decoded(body)]
        return sorted(found, key=lambda span: span.began)

    def wait_for_runs(self, count: int = 1) -> tuple[list[Seen], list[Seen]]:
        """The spans of runs and of calls, once so many runs have been told; calls end before."""
        wait_until(lambda: len(_runs(self.spans)) >= count, what=f"the spans of {count} runs")
        runs = _runs(self.spans)
        assert len(runs) == count
        return runs, [span for span in self.spans if span not in runs]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _runs(spans: list[Seen]) -> list[Seen]:
    return [s for s in spans if s.attributes["gen_ai.operation.name"] == "invoke_agent"]


def _handler(bodies: list[bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            assert self.path == "/v1/traces"
            assert self.headers["content-type"] == "application/x-protobuf"
            bodies.append(body)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    return Handler


def _decoded(body: bytes) -> list[Seen]:
    request = ExportTraceServiceRequest()
    request.ParseFromString(body)
    return [
        Seen(
            name=span.name,
            kind=Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
            trace_id=span.trace_id.hex(),
            span_id=span.span_id.hex(),
            parent_id=span.parent_span_id.hex(),
            attributes={pair.key: _plain(pair.value) for pair in span.attributes},
            resource={pair.key: _plain(pair.value) for pair in group.resource.attributes},
            error=span.status.message if span.status.code == Status.STATUS_CODE_ERROR else None,
            events=len(span.events),
            began=span.start_time_unix_nano,
            ended=span.end_time_unix_nano,
        )
        for group in request.resource_spans
        for scope in group.scope_spans
        for span in scope.spans
    ]


def _plain(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_plain(each) for each in value.array_value.values]
    return getattr(value, str(kind))
