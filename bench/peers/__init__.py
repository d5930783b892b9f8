"""The servers that are compared: how each is started, and through which doors it is asked."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from bench.load import Door
from bench.processes import SERVER_CORE, Server, free_port, python
from bench.upstream import model

ROOT = Path(__file__).parents[2]
QUESTION = "Who is Batman's butler?"
MakeDoor = Callable[[str], Door]


@dataclass(frozen=True)
class Peer:
    """One server: `command(port, upstream_port, folder)` starts it."""

    name: str
    command: Callable[[int, int, Path], list[str]]
    environment: Callable[[int, int, Path], Mapping[str, str]] = lambda *_: {}
    streams: Mapping[str, MakeDoor] = field(default_factory=dict)
    """Form of stream → the door, for a model's name."""
    answers: Mapping[str, MakeDoor] = field(default_factory=dict)
    """Form of short request → the door."""
    probe: str = ""
    """Path that answers 200 once the server is ready."""

    def server(self, upstream_port: int, folder: Path, core: int | None = SERVER_CORE) -> Server:
        port = free_port()
        where = (port, upstream_port, folder)
        folder.mkdir(parents=True, exist_ok=True)
        return Server(
            self.command(*where),
            port,
            self.environment(*where),
            log=folder / f"{self.name}.log",
            core=core,
            probe=self.probe,
        )


@cache
def document(operation: str) -> str:
    """A shared document of the clients with the fragments that it needs."""
    folder = ROOT / "clients" / "operations"
    fragments = (folder / "fragments.graphql").read_text()
    known = {
        name: text
        for text in re.split(r"^(?=fragment )", fragments, flags=re.MULTILINE)
        if (name := "".join(re.findall(r"^fragment (\w+)", text)))
    }
    wanted, text = [operation], (folder / f"{operation}.graphql").read_text()
    for name in wanted:
        body = known.get(name, text)
        wanted += [n for n in dict.fromkeys(re.findall(r"\.\.\.(\w+)", body)) if n not in wanted]
    return "\n".join(known.get(name, text) for name in wanted)


def parley(
    operation: str, *, messages: int = 1, on_disconnect: str = "CONTINUE", **door: object
) -> MakeDoor:
    """A door of Parley that asks with the clients' own document."""

    def make(name: str) -> Door:
        roles = ["USER" if left % 2 else "ASSISTANT" for left in range(messages, 0, -1)]
        asked = {
            "history": [{"role": role, "content": QUESTION} for role in roles],
            "settings": {"model": name},
            "onDisconnect": on_disconnect,
        }
        body = {"query": document(operation), "variables": {"input": asked}}
        return Door("/graphql", body, **door)  # type: ignore[arg-type]

    return make


def _parley_environment(port: int, upstream_port: int, folder: Path) -> dict[str, str]:
    return {
        "OPENAI_BASE_URL": f"http://127.0.0.1:{upstream_port}/v1",
        "OPENAI_API_KEY": "none",
        "PARLEY_MODEL": MODELS[0],
        "PARLEY_MODELS": ",".join(MODELS),
        "PARLEY_PORT": str(port),
        "PARLEY_DATA_DIR": str(folder / "data"),
        "PARLEY_LOG_LEVEL": "warning",
    }


def _stock(query: str, **door: object) -> MakeDoor:
    def make(name: str) -> Door:
        body = {"query": query, "variables": {"model": name, "question": QUESTION}}
        return Door("/graphql", body, **door)  # type: ignore[arg-type]

    return make


def openai(path: str, **more: object) -> MakeDoor:
    """A door that takes the bodies of OpenAI's chat completions."""

    def make(name: str) -> Door:
        messages = [{"role": "user", "content": QUESTION}]
        headers = {"authorization": "Bearer sk-bench"}
        return Door(path, {"model": name, "messages": messages, **more}, headers=headers)

    return make


DELAYED = model(8, delay_ms=200)
"""A short reply of a model that takes its time, as real ones do."""
MODELS = [
    *(model(tokens, gated=True) for tokens in (250, 500, 2000)),
    *(model(tokens, 50, gated=True) for tokens in (50, 100, 150, 200)),
    *(model(8), model(20, 50), model(20, 50, 200), model(500, 50), DELAYED),
]
"""What the upstream is asked to do; Parley has to know a model before it offers it."""

STOCK_STREAM = """subscription ($model: String!, $question: String!) {
  chat(model: $model, question: $question) { __typename
    ... on TextDelta { runId seq at text } ... on RunCompleted { runId seq at reply } } }"""
STOCK_ANSWER = """mutation ($model: String!, $question: String!) {
  chat(model: $model, question: $question) }"""
LITELLM_CONFIG = """model_list:
  - model_name: "*"
    litellm_params: {{model: "openai/*", api_base: "http://127.0.0.1:{port}/v1", api_key: none}}
general_settings: {{master_key: sk-bench}}
"""


def _litellm(port: int, upstream_port: int, folder: Path) -> list[str]:
    config = folder / "litellm.yaml"
    config.write_text(LITELLM_CONFIG.format(port=upstream_port))
    command = str(ROOT / ".bench" / "litellm" / "bin" / "litellm")
    return [command, "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]


PARLEY = Peer(
    "Parley",
    lambda *_: python("api", "serve"),
    _parley_environment,
    {
        "WebSocket": parley("chat_stream", websocket=True),
        "SSE": parley("chat_stream"),
        "multipart": parley("chat_stream", accept="multipart/mixed;subscriptionSpec=1.0"),
    },
    {"mutation": parley("chat", accept="application/json")},
    probe="/healthz",
)
RELAY = Peer(
    "raw relay",
    lambda port, upstream, _: python("bench.peers.relay", port, upstream),
    streams={"WebSocket": _stock(STOCK_STREAM, websocket=True), "SSE": _stock(STOCK_STREAM)},
)
FASTAPI = Peer(
    "FastAPI + openai",
    lambda port, upstream, _: python("bench.peers.fastapi_openai", port, upstream),
    streams={"SSE": openai("/stream")},
    answers={"JSON": openai("/chat")},
)
TUTORIAL = Peer(
    "original tutorial",
    lambda port, upstream, _: python("bench.peers.tutorial", port, upstream),
    answers={"JSON": openai("/chat")},
)
STRAWBERRY = Peer(
    "stock Strawberry",
    lambda port, upstream, _: python("bench.peers.stock_strawberry", port, upstream),
    streams={"WebSocket": _stock(STOCK_STREAM, websocket=True), "SSE": _stock(STOCK_STREAM)},
    answers={"mutation": _stock(STOCK_ANSWER, accept="application/json")},
)
LITELLM = Peer(
    "LiteLLM",
    _litellm,
    lambda *_: {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"},
    streams={"SSE": openai("/v1/chat/completions", stream=True)},
    answers={"JSON": openai("/v1/chat/completions")},
)
DIRECT = openai("/v1/chat/completions", stream=True)
"""The upstream's own door."""
PEERS = (PARLEY, RELAY, FASTAPI, STRAWBERRY, LITELLM, TUTORIAL)
