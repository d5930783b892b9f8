"""Every way in which an upstream fails, over real HTTP and through every door: the right problem,
asked as often as it makes sense, and never a reply that looks whole but isn't."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.failures.conftest import write_failing_assistants
from tests.failures.doors import COMPLETED, DOORS, through_all_doors
from tests.failures.table import BREAKS, REFUSALS, WHOLE, expected
from tests.providers.sockets import closed_port, silent_port
from tests.servers import LiveServer
from tests.upstream import FAULTS, FakeUpstream

AGAIN = {
    *("rate_limited", "server_error", "overloaded", "bad_gateway", "html"),
    *("wrong_content_type", "drop", "endless_error", "truncated", "chunk_cut"),
    *("connection_reset", "mid_line_cut", "bad_json", "wrong_shape", "error_event", "giant_chunk"),
}
"""What may be better at the next attempt."""
ATTEMPTS = 2
IDLE_SECONDS = 0.6


def test_every_fault_of_the_fake_upstream_is_in_a_table() -> None:
    assert {*REFUSALS, *BREAKS, *WHOLE, "token_drip"} == set(FAULTS)


@pytest.fixture(scope="module")
def failing_server(upstream: FakeUpstream, tmp_path_factory: Any) -> Iterator[LiveServer]:
    """One server; the assistant `hang-3` asks a model that hangs after three tokens."""
    folder = tmp_path_factory.mktemp("failing")
    write_failing_assistants(folder)
    settings = {
        "openai_base_url": upstream.base_url,
        "openai_api_key": "sk-canary-key",
        "model": "fake",
        "assistants_dir": folder,
        "attempts": ATTEMPTS,
        "idle_timeout_seconds": IDLE_SECONDS,
        "breaker_failures": 1_000_000,
    }
    with LiveServer(tmp_path_factory.mktemp("data"), **settings) as server:
        yield server


def asked(upstream: FakeUpstream, model: str) -> int:
    return sum(request.body["model"] == model for request in upstream.requests)


@pytest.mark.parametrize(
    ("fault", "tokens"),
    [*((fault, 0) for fault in [*REFUSALS, *BREAKS]), *((fault, 3) for fault in BREAKS)],
)
async def test_a_failure_is_the_same_problem_behind_every_door(
    failing_server: LiveServer, upstream: FakeUpstream, fault: str, tokens: int
) -> None:
    assistant = fault.replace("_", "-") + ("-3" if tokens else "")
    outcomes = await through_all_doors(failing_server.url, assistant)
    kinds = {door: outcome.kind for door, outcome in outcomes.items()}
    assert kinds == dict.fromkeys(DOORS, expected(fault))
    for outcome in outcomes.values():
        assert outcome.text in (None, "t0 t1 t2" if tokens else "")
        assert outcome.reason
        for secret in ("sk-canary", "127.0.0.1", "/srv/secret", "Traceback"):
            assert secret not in outcome.reason
        if tokens and outcome.estimated is not None:
            assert outcome.estimated is (fault != "filtered")
    attempts = ATTEMPTS if fault in AGAIN and not tokens else 1
    model = f"fault-{fault}" + ("-3" if tokens else "")
    assert asked(upstream, model) == attempts * len(DOORS)


@pytest.mark.parametrize("fault", WHOLE)
async def test_an_odd_but_whole_reply_is_whole_behind_every_door(
    failing_server: LiveServer, upstream: FakeUpstream, fault: str
) -> None:
    outcomes = await through_all_doors(failing_server.url, fault.replace("_", "-"))
    for outcome in outcomes.values():
        assert (outcome.kind, outcome.text) == (COMPLETED, "t0 t1 t2")
        assert outcome.answered_by == f"fault-{fault}"
    assert outcomes["websocket"].estimated is (
        fault in ("no_usage", "reason_without_done", "reason_then_hang")
    )
    assert asked(upstream, f"fault-{fault}") == len(DOORS)


async def test_a_reply_that_never_ends_meets_the_deadline_of_the_run(
    start_failing: Any, upstream: FakeUpstream
) -> None:
    server = start_failing({"endless": ("fault-token_drip",)}, run_timeout_seconds=0.5)
    for outcome in (await through_all_doors(server.url, "endless")).values():
        assert outcome.kind == "ModelTimedOut"
        assert outcome.text is None or " drip" in outcome.text
    await upstream.until(lambda: not upstream.active)


@pytest.mark.parametrize("kind", ["refused", "unresolved", "tls", "silent"])
async def test_a_server_that_cannot_be_reached_is_told_behind_every_door(
    start_failing: Any, upstream: FakeUpstream, kind: str
) -> None:
    with silent_port() as silent:
        addresses = {
            "refused": f"http://127.0.0.1:{closed_port()}/v1",
            "unresolved": "http://parley.invalid/v1",
            "tls": upstream.tls_url,
            "silent": f"https://127.0.0.1:{silent}/v1",
        }
        server = start_failing(
            {"any": ("fake",)},
            openai_base_url=addresses[kind],
            connect_timeout_seconds=1,
            breaker_failures=1_000,
            attempts=ATTEMPTS,
        )
        outcomes = await through_all_doors(server.url, "any")
    problem = "ModelTimedOut" if kind == "silent" else "ModelUnavailable"
    assert {outcome.kind for outcome in outcomes.values()} == {problem}


async def test_a_redirect_is_followed_by_no_door(
    start_failing: Any, upstream: FakeUpstream
) -> None:
    with FakeUpstream() as other:
        target = f"{other.base_url}/chat/completions"
        upstream.fault("redirect", times=len(DOORS), location=target, when=_asks("elsewhere"))
        server = start_failing({"elsewhere": ("elsewhere",)})
        outcomes = await through_all_doors(server.url, "elsewhere")
        assert {outcome.kind for outcome in outcomes.values()} == {"ModelUnavailable"}
        assert other.connections == 0


@pytest.mark.parametrize(
    ("told", "attempts", "shown"), [("0.2", 2, 0.2), ("3600", 1, 3600), (None, 2, None)]
)
async def test_a_server_that_is_busy_is_asked_again_where_that_is_soon(
    start_failing: Any, upstream: FakeUpstream, told: str | None, attempts: int, shown: float | None
) -> None:
    model = f"busy-{told}"
    times = attempts * len(DOORS)
    upstream.fault("rate_limited", times=times, retry_after=told, when=_asks(model))
    server = start_failing({"busy": (model,)}, attempts=2)
    for outcome in (await through_all_doors(server.url, "busy")).values():
        assert (outcome.kind, outcome.retry_after) == ("RateLimited", shown)
    assert asked(upstream, model) == times


def _asks(model: str) -> Any:
    return lambda body: body["model"] == model
