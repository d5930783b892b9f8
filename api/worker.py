"""One worker process of a pool: serves on the listening socket that it inherits.

Run by `api/serve.py` as `python -m api.worker FD`; settings come from the environment.
"""

import socket
import sys

from api.serve import serve_one
from api.settings import load_settings

if __name__ == "__main__":
    serve_one(load_settings(), socket.socket(fileno=int(sys.argv[1])))
