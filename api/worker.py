"""One worker process of a pool: serves on the listening socket that it inherits.

Run by `api/pool.py` as `python -m api.worker LISTENER LIFELINE`, two file descriptors; settings
come from the environment.
"""

import os
import socket
import sys
import threading

import structlog

from api.access.key_store import KeyStoreError
from api.access.rates import RateStoreError
from api.assistants.persona import PersonaError
from api.pool import CANNOT_START
from api.serve import serve_one
from api.settings import SettingsError, load_settings
from api.transport.recorded import ManifestError

log = structlog.get_logger(__name__)


def end_with(lifeline: int) -> None:
    """End this process as soon as the other end of the pipe is closed."""

    def watch() -> None:
        os.read(lifeline, 1)
        log.error("worker.orphaned")
        os._exit(1)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


if __name__ == "__main__":
    end_with(int(sys.argv[2]))
    try:
        serve_one(load_settings(), socket.socket(fileno=int(sys.argv[1])))
    except (PersonaError, ManifestError, KeyStoreError, RateStoreError, SettingsError) as error:
        print(error, file=sys.stderr)
        sys.exit(CANNOT_START)
