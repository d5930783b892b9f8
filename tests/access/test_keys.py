"""Keys: made once, kept as hashes, compared in constant time, ended by expiry or revocation."""

import hmac
import os
import stat
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from api.access import keys
from api.access.allowance import Budget, Period, Rate
from api.access.key_ring import KeyRing
from api.access.key_store import KeyStore, NameTakenError
from api.access.keys import KeyRecord, digest_of, new_key
from api.serve import UnguardedError, check_guarded
from api.settings import Settings
from tests.access.conftest import MakeKey


def parley(data_dir: Path, *words: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PARLEY_", "OPENAI_"))}
    return subprocess.run(
        [sys.executable, "-m", "api", *words],
        env={**clean, "PARLEY_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_keys_are_made_listed_and_revoked_by_the_command(data_dir: Path) -> None:
    allowed = ("--budget", "5.00USD/day", "--rate", "60/min", "--expires", "90d", "--admin")
    made = parley(data_dir, "keys", "add", "laptop", *allowed)
    key = made.stdout.strip()
    assert KeyRing(KeyStore(data_dir)).find(key)
    listed = parley(data_dir, "keys", "list").stdout
    for shown in ("laptop", "holds", "5.00USD/day", "60/min", "yes"):
        assert shown in listed
    assert key not in listed
    assert "already" in parley(data_dir, "keys", "add", "laptop").stderr
    assert "Revoked laptop" in parley(data_dir, "keys", "revoke", "laptop").stdout
    assert KeyRing(KeyStore(data_dir)).find(key) is None
    assert "revoked" in parley(data_dir, "keys", "list").stdout
    again = parley(data_dir, "keys", "revoke", "laptop")
    assert (again.returncode, "No key" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--budget", "5.00EUR/day", "5.00USD/day"),
        ("--budget", "lots", "5.00USD/day"),
        ("--rate", "60", "60/min"),
        ("--rate", "0/min", "60/min"),
        ("--expires", "soon", "90d"),
        ("--expires", "0d", "over already"),
        ("--expires", "2020-01-31", "over already"),
    ],
)
def test_a_wrong_allowance_is_named_with_the_right_form(
    data_dir: Path, option: str, value: str, told: str
) -> None:
    done = parley(data_dir, "keys", "add", "laptop", option, value)
    assert done.returncode == 2
    assert told in done.stderr
    assert not KeyStore(data_dir).path.exists()


def test_beyond_loopback_nothing_is_served_without_a_key(data_dir: Path) -> None:
    done = parley(data_dir, "serve", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 1
    assert "parley keys add" in done.stderr
    assert str(data_dir) in done.stderr
    assert "Traceback" not in done.stderr


def test_beyond_loopback_a_key_that_has_ended_is_none(make_key: MakeKey, data_dir: Path) -> None:
    make_key(expires_at=time.time() - 1)
    make_key("bob")
    KeyStore(data_dir).revoke("bob")
    settings = Settings(_env_file=None, host="0.0.0.0", data_dir=data_dir)  # type: ignore[call-arg]
    with pytest.raises(UnguardedError, match="No key holds any more"):
        check_guarded(settings)
    make_key("cyd")
    check_guarded(settings)


def test_only_the_owner_may_read_the_file(make_key: MakeKey, data_dir: Path) -> None:
    make_key()
    assert stat.S_IMODE(KeyStore(data_dir).path.stat().st_mode) == 0o600
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700


def test_the_file_holds_no_key(make_key: MakeKey, data_dir: Path) -> None:
    secret = make_key().rpartition("_")[2]
    assert secret.encode() not in KeyStore(data_dir).path.read_bytes()


def test_keys_differ_in_256_bits() -> None:
    made = {new_key()[1] for _ in range(1_000)}
    assert len(made) == 1_000
    assert all(len(key.split("_", 2)[2]) == 43 for key in made)


@pytest.mark.parametrize("known", [True, False])
def test_a_key_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch, known: bool) -> None:
    """Whole digests by `hmac.compare_digest`, once for each look, whether there is a record."""
    compared: list[tuple[int, int]] = []
    compare = hmac.compare_digest

    def noted(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return compare(one, other)

    monkeypatch.setattr(keys.hmac, "compare_digest", noted)
    key_id, key = new_key()
    record = KeyRecord(key_id, "ada", digest_of(key), 0) if known else None
    assert keys.matches(record, key) is known
    assert not keys.matches(record, key[:-1] + "?")
    assert compared == [(32, 32)] * 2


def test_no_key_is_the_key_of_no_record() -> None:
    assert not keys.matches(None, "")
    assert not keys.matches(None, "\x00" * 32)


@pytest.mark.parametrize("name", ["'; DROP TABLE keys; --", 'a"b', "%", "Ünïcode 🗝"])
def test_a_name_is_only_ever_a_name(make_key: MakeKey, data_dir: Path, name: str) -> None:
    make_key("other")
    make_key(name)
    store = KeyStore(data_dir)
    assert [record.name for record in store.read()] == ["other", name]
    assert [record.name for record in store.revoke(name)] == [name]
    assert store.revoke("' OR 1=1 --") == []
    assert [record.revoked_at is None for record in store.read()] == [True, False]


def test_a_name_is_free_again_once_its_key_has_ended(make_key: MakeKey, data_dir: Path) -> None:
    make_key("ada", expires_at=time.time() - 1)
    make_key("ada")
    with pytest.raises(NameTakenError):
        make_key("ada")


def test_what_an_operator_writes_is_what_is_kept(make_key: MakeKey, data_dir: Path) -> None:
    allowed = {"budget": Budget(Decimal("0.10"), Period.MONTH), "rate": Rate(3, 3600)}
    make_key(**allowed)
    (record,) = KeyStore(data_dir).read()
    assert (record.budget, record.rate) == (allowed["budget"], allowed["rate"])
    assert (str(record.budget), str(record.rate)) == ("0.10USD/month", "3/hour")
