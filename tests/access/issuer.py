"""An OpenID Connect issuer on this machine, over HTTP: keys that rotate, tokens good and bad."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

AUDIENCE = "parley"


class Issuer:
    """Signs tokens with its newest key and publishes the keys in `published`."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.answers = True
        self.published: dict[str, Any] = {}
        self.address = ""
        self._private: dict[str, Any] = {}
        self.rotate("k1")

    def rotate(self, key_id: str) -> None:
        """Sign with a new key from now on, and publish no other."""
        self._private[key_id] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = RSAAlgorithm.to_jwk(self._private[key_id].public_key(), as_dict=True)
        self.published = {key_id: {**public, "kid": key_id, "alg": "RS256", "use": "sig"}}
        self.key_id = key_id

    def token(self, subject: str = "ada", **changes: Any) -> str:
        """A good token; changes replace claims, or leave those out that are None."""
        claims = {
            "iss": self.address,
            "aud": AUDIENCE,
            "sub": subject,
            "exp": time.time() + 600,
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        headers = {"kid": self.key_id}
        return jwt.encode(claims, self._private[self.key_id], "RS256", headers)

    def told(self, path: str) -> Any:
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.address, "jwks_uri": f"{self.address}/keys"}
        return {"keys": list(self.published.values())} if path == "/keys" else None

    def __enter__(self) -> Self:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.requests.append(self.path)
                told = issuer.told(self.path) if issuer.answers else None
                self.send_response(200 if told else 500)
                self.end_headers()
                self.wfile.write(json.dumps(told).encode())

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
