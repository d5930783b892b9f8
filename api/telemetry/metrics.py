"""The server's numbers, for Prometheus: what they are, and what runs add to them.

https://prometheus.io/docs/practices/naming/
"""

import os
import time
from collections.abc import Callable, Collection

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector

from api.contract.events import AnyTerminalEvent
from api.contract.problems import StartProblem
from api.providers.base import ModelRequest, Unwatched
from api.runs.log import STATUS_OF, RunRecord

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable that tells a process to share its metrics, and where."""

OTHER = "other"
"""Label of every model that the operator has not named: whatever comes, there is one series."""

FIRST_TOKEN_SECONDS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 60)
LAG_SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)

disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """Counts the runs of this process, and tells the numbers of the whole server.

    Workers of one server share a folder (`sharing`): then counters and histograms are sums over
    all workers, also those that are gone, and gauges are sums over those that live. `models` are
    those that the operator has named.
    """

    def __init__(self, models: Callable[[], Collection[str]]) -> None:
        self._models = models
        self._registry = registry = CollectorRegistry()
        self._runs = Counter(
            "parley_runs", "Runs that ended.", ("outcome", "model"), registry=registry
        )
        self._refusals = Counter(
            "parley_refusals", "Requests that became no run.", ("problem",), registry=registry
        )
        self._tokens = Counter(
            "parley_tokens", "Tokens of ended runs.", ("kind", "model"), registry=registry
        )
        self._cost = Counter(
            "parley_cost", "Cost of ended runs.", ("currency", "model"), registry=registry
        )
        self._unpriced = Counter(
            "parley_unpriced_runs", "Ended runs of unknown cost.", ("model",), registry=registry
        )
        self._first_token = Histogram(
            "parley_time_to_first_token_seconds",
            "From the start of a run to its first text.",
            ("model",),
            buckets=FIRST_TOKEN_SECONDS,
            registry=registry,
        )
        self._in_flight = Gauge(
            "parley_runs_in_flight",
            "Runs that are being made.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._lag = Histogram(
            "parley_event_loop_lag_seconds",
            "How much later than due the event loop did something, by samples.",
            buckets=LAG_SECONDS,
            registry=registry,
        )
        self._queue = Gauge(
            "parley_run_log_queue",
            "Writes that wait for their commit to the run log.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._begin_at_zero()

    def begun(self, record: RunRecord, request: ModelRequest) -> "RunMetrics":
        self._in_flight.inc()
        return RunMetrics(self, record)

    def ended_for_another(self, record: RunRecord, end: AnyTerminalEvent) -> None:
        self.count(record, end)

    def refused(self, problem: StartProblem) -> None:
        self._refusals.labels(type(problem).__name__).inc()

    def first_text(self, record: RunRecord, seconds: float) -> None:
        """A run had its first text so long after its start."""
        self._first_token.labels(self._label(record.model)).observe(seconds)

    def left(self) -> None:
        """A run is no longer made here."""
        self._in_flight.dec()

    def count(self, record: RunRecord, end: AnyTerminalEvent) -> None:
        """Count a run that has ended."""
        model = self._label(end.answered_by or record.model)
        self._runs.labels(STATUS_OF[type(end).__name__].name.lower(), model).inc()
        self._tokens.labels("prompt", model).inc(end.token_usage.prompt_tokens)
        self._tokens.labels("completion", model).inc(end.token_usage.completion_tokens)
        if end.cost:
            self._cost.labels(end.cost.currency, model).inc(float(end.cost.amount))
        else:
            self._unpriced.labels(model).inc()

    def sample(self, lag_seconds: float, queue: int) -> None:
        """How late the event loop is, and how much waits for the run log."""
        self._lag.observe(lag_seconds)
        self._queue.set(queue)

    def exposition(self, accept: str = "") -> tuple[bytes, str]:
        """All numbers as text in the form that the `Accept` header asks for, and its media type."""
        registry = self._registry
        if SHARED_FOLDER in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        encode, media_type = choose_encoder(accept)
        return encode(registry), media_type

    def _label(self, model: str) -> str:
        return model if model in self._models() else OTHER

    def _begin_at_zero(self) -> None:
        """A series that begins with its first event would hide that event from `rate`."""
        for model in self._models():
            for status in STATUS_OF.values():
                self._runs.labels(status.name.lower(), model)


class RunMetrics(Unwatched):
    """Watches one run for `Metrics`."""

    def __init__(self, metrics: Metrics, record: RunRecord) -> None:
        self._metrics = metrics
        self._record = record
        self._begun = time.perf_counter()

    def first_text(self) -> None:
        self._metrics.first_text(self._record, time.perf_counter() - self._begun)

    def ended(self, end: AnyTerminalEvent | None) -> None:
        self._metrics.left()
        if end:
            self._metrics.count(self._record, end)
