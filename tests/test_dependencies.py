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
    "certifi": ("2024.7.4", "CVE-2024-39689: distrusted roots"),
    "cryptography": ("44.0.1", "CVE-2024-12797: OpenSSL"),
    "dash": ("2.15.0", "CVE-2024-21485: cross-site scripting by links"),
    "flask": ("3.1.1", "CVE-2025-47278: wrong signing key"),
    "gradio": ("5.11.0", "CVE-2025-23042: access control of files bypassed"),
    "h11": ("0.16.0", "CVE-2025-43859: request smuggling by chunks"),
    "idna": ("3.7", "CVE-2024-3651: quadratic time"),
    "jinja2": ("3.1.6", "CVE-2025-27516: sandbox escape"),
    "orjson": ("3.9.15", "CVE-2024-27454: recursion without a limit"),
    "pillow": ("11.3.0", "CVE-2025-48379: heap overflow"),
    "protobuf": ("6.31.1", "CVE-2025-4565: recursion without a limit"),
    "pyjwt": ("2.10.1", "CVE-2024-53861: issuer compared in part"),
    "python-multipart": ("0.0.18", "CVE-2024-53981: endless log of a malformed body"),
    "requests": ("2.32.4", "CVE-2024-47081: credentials leaked to another host"),
    "setuptools": ("78.1.1", "CVE-2025-47273: path traversal"),
    "starlette": ("0.49.1", "CVE-2025-62727: quadratic time of ranges"),
    "strawberry-graphql": ("0.312.3", "CVE-2026-35523, CVE-2026-35526: WebSocket protocols"),
    "streamlit": ("1.43.2", "GHSA-rxff-vr5r-8cj5: upload of any file"),
    "urllib3": ("2.6.0", "CVE-2025-66418, CVE-2025-66471: decompression bombs"),
    "werkzeug": ("3.0.6", "CVE-2024-49767: memory of forms"),
}
"""The first version without the hole. Raise it when an advisory tells of a new one."""


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


def test_a_floor_holds_in_the_project_s_own_demands_as_well() -> None:
    """Whoever installs without the locks gets no older one of what is asked for by name."""
    text = (ROOT / "pyproject.toml").read_text()
    for name, least in re.findall(r'"([\w-]+)(?:\[[\w,]+\])?>=([\d.]+)', text):
        if name in FLOORS:
            assert Version(least) >= Version(FLOORS[name][0]), name
