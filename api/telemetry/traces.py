"""One span for each run and one for each call to a model's server, sent to an OTLP collector.

Names are those of OpenTelemetry's GenAI conventions, which are in development still
(https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/client-inference.md).
Where the collector is, and what is sampled, is for the `OTEL_…` variables of the SDK to say. This
module needs the extra `telemetry`.
"""

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagate import extract, get_global_textmap
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from starlette.types import ASGIApp, Receive, Scope, Send

from api.contract.events import AnyTerminalEvent, RunFailed, RunIncomplete
from api.contract.problems import StartProblem
from api.contract.usage import FinishReason, TokenUsage
from api.providers.base import Answer, ModelRequest
from api.providers.errors import ProviderError
from api.runs.log import STATUS_OF, RunRecord

CLOSE_SECONDS = 2.0
"""Given to the last spans when the server ends; a collector out of reach must not hold it up."""

LONGEST_NAME = 200
"""Of a model, in the words of its server."""

SETTINGS = ("temperature", "max_tokens")
"""Settings of a request that are told; none of them is text."""


PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
SPOKEN = "http/protobuf"


class TracesError(Exception):
    """Traces are asked for in a way that there is not; `str()` says what to set."""


class Traces:
    """Observes runs; `version` is the server's. Spans leave in batches, in a thread."""

    def __init__(self, version: str) -> None:
        for name in PROTOCOLS:
            if os.environ.get(name, SPOKEN) != SPOKEN:
                raise TracesError(f"{name}: traces are sent as {SPOKEN} only.")
        named = {} if os.environ.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: "parley"}
        resource = Resource.create({SERVICE_VERSION: version, **named})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("parley", version)

    def begun(self, record: RunRecord, request: ModelRequest) -> "RunTrace":
        return RunTrace(self._tracer, record, request)

    def ended_for_another(self, record: RunRecord, end: AnyTerminalEvent) -> None:
        """The span of a run that was lost with its worker, which can't send it any more."""
        span = _run_span(self._tracer, record, round(record.created_at.timestamp() * 1e9))
        _tell_end(span, end)
        span.end()

    def refused(self, problem: StartProblem) -> None:
        """No run, no span."""

    def incoming(self, app: ASGIApp) -> ASGIApp:
        """The application, whose runs then belong to the traces of their requests."""
        return IncomingTrace(app)

    async def close(self) -> None:
        """Send what is left, for a moment."""
        closing = threading.Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        await asyncio.to_thread(closing.join, CLOSE_SECONDS)


class RunTrace:
    """The spans of one run; their parent is the span that the request's headers name."""

    def __init__(self, tracer: trace.Tracer, record: RunRecord, request: ModelRequest) -> None:
        self._tracer = tracer
        self._provider_name = record.provider
        self._settings = {
            f"gen_ai.request.{name}": request.settings[name]
            for name in SETTINGS
            if name in request.settings
        }
        self._span = _run_span(tracer, record)
        self._begun = self._call_begun = time.perf_counter()
        self._call: Span | None = None

    @contextmanager
    def upstream(self, model: str, server: tuple[str, int], answer: Answer) -> Iterator[None]:
        self._call_begun = time.perf_counter()
        self._call = span = self._call_span(model, server)
        try:
            yield
        except ProviderError as error:
            _tell_error(span, type(error).__name__, str(error))
            raise
        finally:
            _tell_answer(span, answer)
            span.end()

    def first_text(self) -> None:
        now = time.perf_counter()
        self._span.set_attribute("gen_ai.response.time_to_first_chunk", now - self._begun)
        if self._call:
            seconds = now - self._call_begun
            self._call.set_attribute("gen_ai.response.time_to_first_chunk", seconds)

    def ended(self, end: AnyTerminalEvent | None) -> None:
        if end:
            _tell_end(self._span, end)
        else:
            self._span.set_attribute("parley.run.outcome", "lost")
        self._span.end()

    def _call_span(self, model: str, server: tuple[str, int]) -> Span:
        return self._tracer.start_span(
            f"chat {model}",
            trace.set_span_in_context(self._span, Context()),
            SpanKind.CLIENT,
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": self._provider_name,
                "gen_ai.request.model": model,
                "gen_ai.request.stream": True,
                "server.address": server[0],
                "server.port": server[1],
                **self._settings,
            },
        )


class IncomingTrace:
    """Makes the trace that a request belongs to (https://www.w3.org/TR/trace-context/) that of
    the runs that it starts; on a WebSocket, the trace of its handshake."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fields = get_global_textmap().fields
        headers = {name.decode("latin-1"): value for name, value in scope.get("headers", ())}
        carrier = {name: headers[name].decode("latin-1") for name in fields if name in headers}
        token = attach(extract(carrier, Context()))
        try:
            await self._app(scope, receive, send)
        finally:
            detach(token)


def _run_span(tracer: trace.Tracer, record: RunRecord, start: int | None = None) -> Span:
    """`start` is in nanoseconds since 1970; now where absent."""
    return tracer.start_span(
        f"invoke_agent {record.assistant_id}",
        None,
        SpanKind.INTERNAL,
        {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.provider.name": record.provider,
            "gen_ai.agent.id": record.assistant_id,
            "gen_ai.agent.name": record.assistant_id,
            "gen_ai.request.model": record.model,
            "parley.run.id": record.id,
        },
        start_time=start,
    )


def _tell_end(span: Span, end: AnyTerminalEvent) -> None:
    span.set_attribute("parley.run.outcome", STATUS_OF[type(end).__name__].name.lower())
    if end.answered_by:
        span.set_attribute("gen_ai.response.model", end.answered_by)
    _tell_usage(span, end.token_usage)
    _tell_finish(span, end.finish_reason)
    span.set_attribute("parley.usage.estimated", end.token_usage.estimated)
    if end.cost:
        span.set_attribute("parley.cost.amount", float(end.cost.amount))
        span.set_attribute("parley.cost.currency", end.cost.currency)
    if isinstance(end, RunFailed):
        _tell_error(span, type(end.problem).__name__, end.problem.reason)
    elif isinstance(end, RunIncomplete):
        _tell_error(span, "ReplyIncomplete", end.reason)


def _tell_answer(span: Span, answer: Answer) -> None:
    if answer.model:
        span.set_attribute("gen_ai.response.model", answer.model[:LONGEST_NAME])
    if answer.usage:
        _tell_usage(span, answer.usage)
    if answer.finish_reason:
        _tell_finish(span, answer.finish_reason)


def _tell_usage(span: Span, usage: TokenUsage) -> None:
    span.set_attribute("gen_ai.usage.input_tokens", usage.prompt_tokens)
    span.set_attribute("gen_ai.usage.output_tokens", usage.completion_tokens)
    if usage.cached_prompt_tokens:
        span.set_attribute("gen_ai.usage.cache_read.input_tokens", usage.cached_prompt_tokens)
    if usage.reasoning_tokens:
        span.set_attribute("gen_ai.usage.reasoning.output_tokens", usage.reasoning_tokens)


def _tell_finish(span: Span, reason: FinishReason) -> None:
    span.set_attribute("gen_ai.response.finish_reasons", [reason.name.lower()])


def _tell_error(span: Span, kind: str, reason: str) -> None:
    """Reasons are sentences of ours: they hold no key, no path and no message's content."""
    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR, reason))
