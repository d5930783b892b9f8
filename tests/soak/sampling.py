"""What the server's processes hold, once a second, from the kernel and from the probe (Linux)."""

import asyncio
import json
import os
import re
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from statistics import linear_regression

from tests.durability.placement import connections, upstream_connections
from tests.soak.stage import Stage

EVERY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Sample:
    """All processes of the server together, at one time."""

    memory: float
    """Resident, in MB; the processes' shared pages count for each."""
    descriptors: int
    tasks: int
    threads: int
    upstream: int
    """Connections to the model's server."""
    clients: int
    """Connections from clients."""
    run_log: float
    """Size of the run log's files, in MB."""
    lag: float
    """The longest that an event loop came late within the last second, in milliseconds."""


NAMES = [field.name for field in fields(Sample)]
COUNTS = ("descriptors", "tasks", "threads", "upstream", "clients")
"""What must be as before once nobody asks any more."""


def take(stage: Stage) -> Sample:
    """The figures of now."""
    server = stage.server
    assert server.process
    processes = sorted({server.process.pid, *server.worker_pids})
    told = [json.loads(path.read_text()) for path in stage.probe.glob("*.json")]
    return Sample(
        memory=sum(_status(pid, "VmRSS") for pid in processes) / 1000,
        descriptors=sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in processes),
        tasks=sum(each["tasks"] for each in told),
        threads=sum(_status(pid, "Threads") for pid in processes),
        upstream=upstream_connections(stage.upstream.port),
        clients=connections(server),
        run_log=sum(file.stat().st_size for file in server.data_dir.glob("runs.*")) / 1e6,
        lag=max(each["lag_ms"] for each in told),
    )


class Sampler:
    """Takes samples until it is stopped."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._times: list[float] = []
        self.samples: list[Sample] = []

    async def run(self) -> None:
        while True:
            self._times.append(time.monotonic())
            self.samples.append(take(self._stage))
            await asyncio.sleep(EVERY_SECONDS)

    def values(self, name: str) -> Sequence[float]:
        return [getattr(sample, name) for sample in self.samples]

    @property
    def hours(self) -> float:
        """How long samples were taken."""
        return (self._times[-1] - self._times[0]) / 3600 if self._times else 0.0

    def slope(self, name: str) -> float:
        """How much the figure grows in an hour, by least squares; 0 with less than 3 samples."""
        if len(self.samples) < 3:
            return 0.0
        hours = [at / 3600 for at in self._times[: len(self.samples)]]
        return linear_regression(hours, self.values(name)).slope


def exceeding(now: Sample, before: Sample) -> list[str]:
    """Which counts are greater than they were."""
    return [name for name in COUNTS if getattr(now, name) > getattr(before, name)]


def lowest(samples: Sequence[Sample]) -> Sample:
    """The least of each figure: a quiet moment for each."""
    return Sample(*(min(values) for values in zip(*map(astuple, samples), strict=True)))


def _status(pid: int, name: str) -> int:
    """A figure of /proc/PID/status (proc(5)); memory is in kB."""
    found = re.search(rf"^{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.M)
    assert found
    return int(found[1])
