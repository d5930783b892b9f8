"""pip's own settings (mirrors, proxies, certificates) as environment variables for uv."""

import ast
import os
import subprocess

UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "trusted-host": "UV_INSECURE_HOST",
}
SEPARATORS = {"UV_FIND_LINKS": ","}
SECTIONS = ("global", "install", ":env:")
"""Where `pip install` reads its settings; each overrules the ones before it."""


def uv_environment(pip: list[str]) -> dict[str, str]:
    """This process's environment plus what pip is told elsewhere; what uv is told itself wins.

    Every package is pinned by hash, so taking the best match of all indexes, as pip does, is safe.
    """
    listing = subprocess.run(
        [*pip, "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    return {"UV_INDEX_STRATEGY": "unsafe-best-match"} | uv_variables(listing) | dict(os.environ)


def uv_variables(listing: str) -> dict[str, str]:
    """The variables for a `pip config list`: lines such as `global.index-url='https://…'`."""
    variables: dict[str, str] = {}
    for section in SECTIONS:
        for line in listing.splitlines():
            key, _, quoted = line.partition("=")
            where, _, setting = key.rpartition(".")
            if where == section and setting in UV_NAMES:
                name = UV_NAMES[setting]
                values = str(ast.literal_eval(quoted)).split()
                variables[name] = SEPARATORS.get(name, " ").join(values)
    return variables
