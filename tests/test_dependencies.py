"""The locks: every package by version and hash, and none with a hole that is known here."""

import json
import re
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
NODE_LOCKS = [
    *(ROOT / "clients").glob("package-lock.json"),
    *(ROOT / "clients" / "graphiql").glob("package-lock.json"),
    *(ROOT / "tests" / "clients_js").glob("package-lock.json"),
]

FLOORS = {
    "aiohttp": ("3.13.3", "CVE-2025-69223: decompression bomb"),
    "brotli": ("1.2.0", "CVE-2025-6176: decompression bomb"),
    "certifi": ("2024.7.4", "CVE-2024-39689: distrusted roots"),
    "cryptography": ("44.0.1", "CVE-2024-12797: OpenSSL"),
    "dash": ("2.15.0", "CVE-2024-21485: cross-site scripting by links"),
    "fastapi": ("0.109.1", "CVE-2024-24762: quadratic time of forms"),
    "flask": ("3.1.1", "CVE-2025-47278: wrong signing key"),
    "gradio": ("5.11.0", "CVE-2025-23042: access control of files bypassed"),
    "h11": ("0.16.0", "CVE-2025-43859: request smuggling by chunks"),
    "idna": ("3.7", "CVE-2024-3651: quadratic time"),
    "jinja2": ("3.1.6", "CVE-2025-27516: sandbox escape"),
    "orjson": ("3.9.15", "CVE-2024-27454: recursion without a limit"),
    "pillow": ("11.3.0", "CVE-2025-48379: heap overflow"),
    "protobuf": ("6.31.1", "CVE-2025-4565: recursion without a limit"),
    "pyarrow": ("14.0.1", "CVE-2023-47248: code in data files"),
    "pydantic": ("2.4.0", "CVE-2024-3772: quadratic time of addresses"),
    "pygments": ("2.15.1", "CVE-2022-40896: quadratic time"),
    "pyjwt": ("2.10.1", "CVE-2024-53861: issuer compared in part"),
    "python-multipart": ("0.0.18", "CVE-2024-53981: endless log of a malformed body"),
    "redis": ("4.5.5", "CVE-2023-28858, CVE-2023-28859: answers handed to other callers"),
    "requests": ("2.32.4", "CVE-2024-47081: credentials leaked to another host"),
    "setuptools": ("78.1.1", "CVE-2025-47273: path traversal"),
    "starlette": ("0.49.1", "CVE-2025-62727: quadratic time of ranges"),
    "strawberry-graphql": ("0.312.3", "CVE-2026-35523, CVE-2026-35526: WebSocket protocols"),
    "streamlit": ("1.43.2", "GHSA-rxff-vr5r-8cj5: upload of any file"),
    "uvicorn": ("0.11.7", "CVE-2020-7694, CVE-2020-7695: forged log lines and responses"),
    "websockets": ("9.1", "CVE-2021-33880: comparison of passwords told by time"),
    "urllib3": ("2.6.0", "CVE-2025-66418, CVE-2025-66471: decompression bombs"),
    "werkzeug": ("3.0.6", "CVE-2024-49767: memory of forms"),
}
"""The first version without the hole. Raise it when an advisory tells of a new one."""

NODE_FLOORS = {
    "graphql": ("16.8.1", "CVE-2023-26144: validation without an end"),
    "markdown-it": ("12.3.2", "CVE-2022-21670: quadratic time"),
    "nanoid": ("3.3.8", "CVE-2024-55565: ids that can be foretold"),
    "postcss": ("8.4.31", "CVE-2023-44270: comments taken for code"),
    "vite": ("6.3.4", "CVE-2025-46565: files of the developer served"),
}


def entries(lock: Path) -> list[tuple[str, str, str]]:
    """Name, version and the text with its hashes, for each entry."""
    found = re.findall(r"^([\w.-]+)==(\S+)(.*?)(?=^[\w.-]+==|\Z)", lock.read_text(), re.M | re.S)
    return [(name, version, rest) for name, version, rest in found]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_is_locked_by_version_and_hash(lock: Path) -> None:
    text = lock.read_text()
    named = re.findall(r"^[a-zA-Z][\w.-]*.*", text, re.M)
    assert named and len(named) == len(entries(lock)), "an entry without =="
    for name, _, rest in entries(lock):
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", rest), f"{name} has no hash"
    assert "://" not in text.replace("# via", ""), "an address: packages come from the index"


@pytest.mark.parametrize("lock", NODE_LOCKS, ids=lambda path: path.parent.name)
def test_every_node_package_is_locked_by_hash(lock: Path) -> None:
    for name, package in json.loads(lock.read_text())["packages"].items():
        if name.startswith("node_modules/") and not package.get("link"):
            assert package["integrity"].startswith("sha512-"), name


def test_no_package_is_older_than_the_end_of_a_known_hole() -> None:
    locked = [(name, version) for lock in LOCKS for name, version, _ in entries(lock)]
    assert {name for name, _ in locked} >= FLOORS.keys(), "a floor for nothing"
    for name, version in locked:
        if name in FLOORS:
            floor, why = FLOORS[name]
            assert Version(version) >= Version(floor), f"{name}: {why}"


def test_no_node_package_is_older_than_the_end_of_a_known_hole() -> None:
    locked = [
        (path.rpartition("node_modules/")[2], package["version"])
        for lock in NODE_LOCKS
        for path, package in json.loads(lock.read_text())["packages"].items()
        if "node_modules/" in path and "version" in package
    ]
    assert {name for name, _ in locked} >= NODE_FLOORS.keys(), "a floor for nothing"
    for name, version in locked:
        if name in NODE_FLOORS:
            floor, why = NODE_FLOORS[name]
            assert Version(version) >= Version(floor), f"{name}: {why}"


def test_a_floor_holds_in_the_project_s_own_demands_as_well() -> None:
    """Whoever installs without the locks gets no older one of what is asked for by name."""
    text = (ROOT / "pyproject.toml").read_text()
    for name, least in re.findall(r'"([\w-]+)(?:\[[\w,]+\])?>=([\d.]+)', text):
        if name in FLOORS:
            assert Version(least) >= Version(FLOORS[name][0]), name
