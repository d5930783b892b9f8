"""The provider for OpenAI and every server that speaks its chat completions protocol."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from functools import partial
from urllib.parse import urlsplit

import aiohttp
import msgspec

from api.providers.base import ModelRequest, Part
from api.providers.deadlines import Deadlines
from api.providers.errors import ModelTimedOutError, ModelUnavailableError
from api.providers.flow import TextFlow
from api.providers.registry import ProviderConfig
from api.providers.reply import ReplyReader
from api.providers.tap import READ_BYTES
from api.providers.wire import BROKEN, Wire

OPENAI_URL = "https://api.openai.com/v1"
DEFAULT_MODEL = "gpt-4.1-mini"

AFTERMATH = 2.0
"""Seconds given to the usage figures once the finish reason is known."""

DRAIN = 0.1
"""Seconds given to the end of the body after `[DONE]`, so that the connection can be reused."""


class OpenAIProvider:
    """Streams replies of the server at `base_url` (None: OpenAI's own).

    It takes address and credentials from the package `openai`, but encodes the request and decodes
    the chunks itself: the package's typed way costs 150 µs for each message of the history and
    several times more for each token than all the rest. Deadlines are in seconds: `connect`
    until there is a connection, `idle` between two parts, `total` for the whole reply.
    """

    def __init__(
        self,
        *,
        name: str = "openai",
        base_url: str | None = None,
        api_key: str = "",
        default_model: str = DEFAULT_MODEL,
        connect_timeout: float = 10.0,
        idle_timeout: float = 60.0,
        total_timeout: float = 300.0,
    ) -> None:
        self.name = name
        self.default_model = default_model
        self._max_tokens = "max_tokens" if base_url else "max_completion_tokens"
        self._connect = connect_timeout
        self._idle = idle_timeout
        self._total = total_timeout
        self._server = _address(base_url or OPENAI_URL)
        self._buffer = memoryview(bytearray(READ_BYTES))
        self._wire = Wire(base_url or OPENAI_URL, api_key or "none", connect_timeout)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Part, None]:
        """The parts of one reply; leaving early closes the upstream connection at once."""
        deadlines = Deadlines(self._idle, self._total)
        reply = ReplyReader()
        with request.watch.upstream(request.model, self._server, reply):
            answer = self._answer(self._body(request), deadlines)
            hear = request.hear
            del request  # its history may be long, and a reply goes on for minutes
            async with answer as response:
                content = response.content
                interrupt = partial(_interrupt, content, deadlines)
                with self._ended_by_a_break(reply):
                    while not reply.over:
                        deadlines.begin(interrupt)
                        data = await content.readany()
                        deadlines.end()
                        if not data:
                            break
                        for part in reply.feed(data):
                            yield part
                        if reply.heard:
                            deadlines.renew(AFTERMATH if reply.finish_reason else None)
                        if hear and reply.spoken and not reply.finish_reason:
                            flow = TextFlow(reply, hear, deadlines)
                            await flow.run(response, self._buffer)
                            for part in flow.parts:
                                yield part
                            if flow.failure:
                                raise flow.failure
                            deadlines.renew(AFTERMATH if reply.finish_reason else None)
                    else:
                        await _drain(content, deadlines)
            for part in reply.end():
                yield part

    async def start(self) -> None:
        """Connections are made when they are needed; the package is loaded here, in a thread."""
        await asyncio.to_thread(self._wire.ready)

    async def check(self) -> None:
        """Ask for the list of models, which tests the address, the key and the connection."""
        deadlines = Deadlines(self._connect, 2 * self._connect)
        try:
            response = await deadlines.within(self._wire.get("/models"))
            response.close()
        finally:
            deadlines.close()

    async def aclose(self) -> None:
        await self._wire.aclose()

    def _body(self, request: ModelRequest) -> bytes:
        settings = {k: v for k, v in request.settings.items() if v is not None}
        if "max_tokens" in settings:
            settings[self._max_tokens] = settings.pop("max_tokens")
        return msgspec.json.encode(
            {
                **settings,
                "model": request.model,
                "messages": request.turns,
                "stream": True,
                "stream_options": {"include_usage": True},
            }
        )

    @contextlib.asynccontextmanager
    async def _answer(
        self, body: bytes, deadlines: Deadlines
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer, closed here: a reader that leaves must stop the billing."""
        response = None
        try:
            response = await deadlines.within(self._wire.post("/chat/completions", body))
            del body
            if response.content_type != "text/event-stream":
                raise ModelUnavailableError("The model's server answered with something else.")
            yield response
        finally:
            deadlines.close()
            if response is not None:
                response.close()

    @contextlib.contextmanager
    def _ended_by_a_break(self, reply: ReplyReader) -> Iterator[None]:
        """A body that breaks off, or falls silent once the finish reason is known, is over."""
        try:
            yield
        except BROKEN:
            return
        except ModelTimedOutError:
            if reply.finish_reason is None:
                raise
        except RuntimeError:
            # aiohttp says so where its session is closed during a read.
            if not self._wire.closed:
                raise


def _interrupt(content: aiohttp.StreamReader, deadlines: Deadlines) -> None:
    content.set_exception(deadlines.error())


async def _drain(content: aiohttp.StreamReader, deadlines: Deadlines) -> None:
    deadlines.renew(DRAIN)
    with contextlib.suppress(ModelTimedOutError, *BROKEN):
        while await deadlines.within(content.readany()):
            pass


def _address(base_url: str) -> tuple[str, int]:
    parts = urlsplit(base_url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def from_config(config: ProviderConfig) -> OpenAIProvider:
    """The configured provider; ValueError where no request could ever succeed."""
    if config.base_url and not config.model:
        raise ValueError("A server of your own needs the name of a model: set PARLEY_MODEL.")
    if config.base_url and not _is_address(config.base_url):
        raise ValueError("OPENAI_BASE_URL is no address; write it like http://127.0.0.1:11434/v1.")
    if not config.api_key.isascii() or not config.api_key.isprintable():
        raise ValueError("OPENAI_API_KEY holds characters that no key has.")
    return OpenAIProvider(
        name=config.prices or _vendor(config.base_url),
        base_url=config.base_url,
        api_key=config.api_key,
        default_model=config.model or DEFAULT_MODEL,
        connect_timeout=config.connect_timeout,
        idle_timeout=config.idle_timeout,
        total_timeout=config.total_timeout,
    )


def _is_address(base_url: str) -> bool:
    try:
        return bool(_address(base_url)[0])
    except ValueError:
        return False


def _vendor(base_url: str | None) -> str:
    """`openai`, or the host of another server: it has prices of its own, or none at all."""
    host = urlsplit(base_url or OPENAI_URL).netloc.rpartition("@")[2]
    return "openai" if host == urlsplit(OPENAI_URL).netloc else host
