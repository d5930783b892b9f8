"""A server whose assistants each ask a model that fails in one way."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers import LiveServer
from tests.upstream.faults import FAULTS
from tests.upstream.server import FakeUpstream

StartFailing = Callable[..., LiveServer]


def write_assistant(folder: Path, name: str, model: str, *fallbacks: str) -> None:
    """An assistant whose model is the name of a failure."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(
        f'name = "{name}"\nprompt = "Go."\nmodel = "{model}"\nfallback_models = {list(fallbacks)}\n'
    )


def write_failing_assistants(folder: Path) -> None:
    """An assistant for each failure; `hang-3` asks a model that hangs after three tokens."""
    for fault in FAULTS:
        name = fault.replace("_", "-")
        write_assistant(folder, name, f"fault-{fault}")
        write_assistant(folder, f"{name}-3", f"fault-{fault}-3")


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeUpstream]:
    """One fake upstream for a module: what it answers is chosen by the name of the model."""
    with FakeUpstream() as server:
        yield server


@pytest.fixture
def start_failing(start_server: Any, upstream: FakeUpstream, tmp_path: Path) -> StartFailing:
    """`start_failing({assistant: (model, *fallbacks)}, **settings)`."""

    def start(models: dict[str, tuple[str, ...]], **settings: Any) -> LiveServer:
        for name, asked in models.items():
            write_assistant(tmp_path / "assistants", name, *asked)
        chosen = {
            "openai_base_url": upstream.base_url,
            "openai_api_key": "sk-canary-key",
            "model": "fake",
            "assistants_dir": tmp_path / "assistants",
            **settings,
        }
        return start_server(**chosen)  # type: ignore[no-any-return]

    return start
