"""Where an API is, and which run is meant, from whatever a person typed."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit, urlunsplit

PATH = "/graphql"


@dataclass(frozen=True, slots=True)
class Address:
    """One API."""

    http: str
    """Queries and mutations go here."""

    @classmethod
    def of(cls, url: str) -> "Address":
        """From `http://host:port`, with or without `/graphql`; ValueError for anything else."""
        parts = urlsplit(url.strip() if "://" in url else f"http://{url.strip()}")
        scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
        if scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{url!r} is not the address of an API, like http://127.0.0.1:8000")
        path = parts.path.rstrip("/")
        path = path if path.endswith(PATH) else path + PATH
        return cls(urlunsplit((scheme, parts.netloc, path, parts.query, "")))

    @property
    def websocket(self) -> str:
        """Streams come from here."""
        return "ws" + self.http.removeprefix("http")

    @property
    def base(self) -> str:
        """What a person calls it."""
        return urlunsplit((*urlsplit(self.http)[:2], "", "", ""))

    def of_run(self, run_id: str) -> str:
        """A link to the run on the page that the API itself serves."""
        return f"{self.base}/app/?run={run_id}"

    @property
    def is_loopback(self) -> bool:
        """True for this machine, which no proxy can reach."""
        host = urlsplit(self.http).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


def run_named(text: str) -> str:
    """The id of the run that is named by its id, or by a link that ends in `?run=ID`."""
    named = parse_qs(urlsplit(text.strip()).query).get("run", [])
    return named[0] if named else text.strip()
