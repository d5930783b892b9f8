"""`parley serve` with a watch on its event loop: `python -m tests.fuzz.watched_server`.

The application, the server and the settings are the real ones. Whoever connects to the port
`WATCH_PORT` gets one measure as a line of JSON; a blocked loop is told on standard error at once.
"""

import json
import os
import socket
import sys
import threading

from api.serve import serve
from api.settings import load_settings
from tests.fuzz.loop_watch import LoopWatch

BLOCKED = "fuzz.loop_blocked"


class Reporting(LoopWatch):
    """A watch that tells of each block as it happens."""

    def _note(self, held, callback) -> None:  # type: ignore[no-untyped-def]
        known = len(self.blocks)
        super()._note(held, callback)
        for block in self.blocks[known:]:
            print(BLOCKED, block, file=sys.stderr, flush=True)


def answer_measures(watch: LoopWatch, listener: socket.socket) -> None:
    """Answer each connection with a measure, one after the other."""
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(json.dumps(watch.measure()).encode() + b"\n")


if __name__ == "__main__":
    watch = Reporting()
    watch.install()
    listener = socket.create_server(("127.0.0.1", int(os.environ["WATCH_PORT"])))
    threading.Thread(target=answer_measures, args=(watch, listener), daemon=True).start()
    sys.exit(serve(load_settings()))
