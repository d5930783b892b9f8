"""The process that runs llama.cpp's OpenAI-compatible server for the embedded provider.

A process of its own, because loading the weights holds Python's interpreter lock for half a second
to two seconds, and stopping while a reply is being generated holds it for 30.

Reads one line of JSON from its input (see `Order`), writes one with `url` or `error`, and serves
until its input ends: so it ends with its parent, however that ends.
"""

import json
import os
import signal
import sys
from typing import Any, TypedDict


class Order(TypedDict):
    model_path: str
    model: str
    api_key: str
    context: int
    """Tokens, shared by all replies that are generated at the same time."""
    slots: int
    """Replies generated at the same time; further ones wait."""


def serve(order: Order) -> Any:
    """A running server; its address is `listening_address`."""
    import xllamacpp  # type: ignore[import-untyped]

    params = xllamacpp.CommonParams()
    params.model.path = order["model_path"]
    params.model_alias = {order["model"]}
    params.api_keys = [order["api_key"]]
    params.port = 0  # any free one, on 127.0.0.1
    params.n_ctx = order["context"]
    params.n_parallel = order["slots"]
    params.kv_unified = True
    params.n_threads_http = 8 * order["slots"]
    for cpu in (params.cpuparams, params.cpuparams_batch):
        # Threads that wait by spinning on cores that others need slow a reply down many times over.
        cpu.n_threads = max(1, (os.cpu_count() or 1) // 2)
        cpu.poll = 0
    params.n_predict = 1024  # a small model may never find an end by itself
    params.cache_ram_mib = 0
    params.sampling.temp = 0.5
    params.sampling.top_p = 0.9
    params.sampling.penalty_repeat = 1.1  # without it this model falls into loops
    params.ui = False
    params.endpoint_slots = False
    params.verbosity = -1
    return xllamacpp.Server(params)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    try:
        server = serve(json.loads(sys.stdin.readline()))
        answer = {"url": f"{server.listening_address}/v1"}
    except (ImportError, RuntimeError, ValueError) as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
    sys.stdin.read()
    os._exit(0)  # at once: an orderly stop waits for replies that nobody reads any more


if __name__ == "__main__":
    main()
