"""The embedded provider: a small model on this machine, through the same code path as OpenAI."""

import asyncio
import contextlib
import importlib.util
import json
import secrets
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

from api.providers import llama_server, weights
from api.providers.base import ModelRequest, Part
from api.providers.errors import ModelNotFoundError, ModelUnavailableError
from api.providers.openai import OpenAIProvider
from api.providers.registry import ProviderConfig

MODEL = "smollm2-135m-instruct"
CONTEXT = 8192
SLOTS = 4
START_TIMEOUT = 60.0
OTHERWISE = "Or set OPENAI_API_KEY (or OPENAI_BASE_URL and PARLEY_MODEL) to use another model."


class EmbeddedProvider:
    """SmolLM2-135M-Instruct through llama.cpp's server in a child process.

    It starts with the first reply, or with `start()`, and again should it have died. Takes about
    400 MB; generates about 100 tokens/s on two cores, four replies at a time.
    """

    name = "embedded"
    default_model = MODEL

    def __init__(
        self,
        *,
        cache_dir: Path | None = None,
        connect_timeout: float = 10.0,
        idle_timeout: float = 60.0,
        total_timeout: float = 300.0,
    ) -> None:
        self._weights = weights.weights_path(cache_dir)
        self._timeouts = (connect_timeout, idle_timeout, total_timeout)
        self._closed = False
        self._starting = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._server: OpenAIProvider | None = None

    @property
    def process_id(self) -> int | None:
        """The id of the model's process; None where it isn't running."""
        if self._process is None or self._process.returncode is not None:
            return None
        return self._process.pid

    async def start(self) -> None:
        """Load the model, in about a second; ModelUnavailableError says what to run instead."""
        await self._running()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Part, None]:
        if request.model != MODEL:
            raise ModelNotFoundError(f"The embedded model is {MODEL}; there is no other one.")
        server = await self._running()
        async with contextlib.aclosing(server.stream(request)) as parts:
            async for part in parts:
                yield part

    async def check(self) -> None:
        server = await self._running()
        await server.check()

    async def aclose(self) -> None:
        """Close all streams and end the process, for good."""
        async with self._starting:
            self._closed = True
            await self._stop()

    async def _running(self) -> OpenAIProvider:
        async with self._starting:
            if self._server and self.process_id is not None:
                return self._server
            if self._closed:
                raise ModelUnavailableError("The embedded model has been stopped.")
            await self._stop()
            await self._require()
            return await self._start()

    async def _require(self) -> None:
        if importlib.util.find_spec("xllamacpp") is None:
            raise ModelUnavailableError(
                f"The embedded model needs the package xllamacpp, which isn't installed: "
                f"there may be no build of it for this platform. {OTHERWISE}"
            )
        if not await asyncio.to_thread(weights.is_intact, self._weights):
            raise ModelUnavailableError(
                f"The weights of the embedded model are missing or damaged. "
                f"Run `{weights.COMMAND}`. {OTHERWISE}"
            )

    async def _start(self) -> OpenAIProvider:
        key = secrets.token_urlsafe(16)
        order = llama_server.Order(
            model_path=str(self._weights), model=MODEL, api_key=key, context=CONTEXT, slots=SLOTS
        )
        url = await self._launch(order)
        connect, idle, total = self._timeouts
        self._server = OpenAIProvider(
            name=self.name,
            base_url=url,
            api_key=key,
            default_model=MODEL,
            connect_timeout=connect,
            idle_timeout=idle,
            total_timeout=total,
        )
        return self._server

    async def _launch(self, order: llama_server.Order) -> str:
        """The address of a new server process."""
        # -P: beside that file lies a module `openai` which must not hide the package
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", llama_server.__file__),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(order).encode() + b"\n")
        try:
            async with asyncio.timeout(START_TIMEOUT):
                line = await process.stdout.readline()
            return str(json.loads(line)["url"])
        except (TimeoutError, ValueError, KeyError):
            await self._stop()
            raise ModelUnavailableError(f"The embedded model does not start. {OTHERWISE}") from None

    async def _stop(self) -> None:
        server, self._server = self._server, None
        process, self._process = self._process, None
        if server:
            await server.aclose()
        if process and process.returncode is None:
            process.kill()
            await process.wait()


def from_config(config: ProviderConfig) -> EmbeddedProvider:
    return EmbeddedProvider(
        cache_dir=config.cache_dir,
        connect_timeout=config.connect_timeout,
        idle_timeout=config.idle_timeout,
        total_timeout=config.total_timeout,
    )
