"""`parley keys`: make, list and revoke API keys."""

import argparse
import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.access.allowance import Budget, Rate
from api.access.key_store import KeyStore, KeyStoreError, NameTakenError
from api.access.keys import KeyRecord, digest_of, new_key

NAME_LIMIT = 80
HEADINGS = ("ID", "NAME", "STATUS", "MADE", "EXPIRES", "BUDGET", "RATE", "ADMIN")

_UNITS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def add_keys_parser(commands: Any) -> argparse.ArgumentParser:
    """Add `keys` with its own commands to the subcommands of `parley`; its parser."""
    keys: argparse.ArgumentParser = commands.add_parser(
        "keys", help="make, list and revoke API keys"
    )
    actions = keys.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="make a key and print it, once")
    add.add_argument("name", help="whose key it is, to tell it from others")
    add.add_argument("--budget", type=_said(Budget.parse), help="like 5.00USD/day")
    add.add_argument("--rate", type=_said(Rate.parse), help="like 60/min")
    add.add_argument("--expires", type=_said(_moment), help="like 90d, 12h or 2027-01-31 (UTC)")
    add.add_argument("--admin", action="store_true", help="may see the usage of all")
    actions.add_parser("list", help="show all keys, without their secrets")
    revoke = actions.add_parser("revoke", help="end a key, and whatever uses it now")
    revoke.add_argument("name", help="its name or id")
    return keys


def run(options: argparse.Namespace, data_dir: Path) -> int:
    """Do what the options say with the keys of a data directory; the exit code."""
    store = KeyStore(data_dir)
    try:
        if options.action == "add":
            return _add(store, options)
        return _list(store) if options.action == "list" else _revoke(store, options.name)
    except KeyStoreError as error:
        print(error, file=sys.stderr)
        return 1


def _add(store: KeyStore, options: argparse.Namespace) -> int:
    if not options.name.isprintable() or not 0 < len(options.name) <= NAME_LIMIT:
        print(f"A name has 1 to {NAME_LIMIT} printable characters.", file=sys.stderr)
        return 2
    key_id, key = new_key()
    record = KeyRecord(
        key_id,
        options.name,
        digest_of(key),
        time.time(),
        options.expires,
        budget=options.budget,
        rate=options.rate,
        admin=options.admin,
    )
    try:
        store.add(record)
    except NameTakenError:
        print(
            f"There is a key {options.name!r} already; revoke it, or choose another name.",
            file=sys.stderr,
        )
        return 1
    print(key)  # alone on standard output, so that a script can take it
    print(
        "Keep it: it is shown this once, and only its hash is stored.\n"
        "Clients send it as `Authorization: Bearer <key>`, frontends take it from PARLEY_API_KEY.",
        file=sys.stderr,
    )
    return 0


def _list(store: KeyStore) -> int:
    rows: list[tuple[str, ...]] = [HEADINGS]
    rows += [_row(record, time.time()) for record in store.read()]
    if len(rows) == 1:
        print("There are no keys. Make one with: parley keys add NAME")
        return 0
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(line.rstrip())
    return 0


def _row(record: KeyRecord, now: float) -> tuple[str, ...]:
    ended = "revoked" if record.revoked_at is not None else "expired"
    return (
        record.id,
        record.name,
        "holds" if record.holds(now) else ended,
        _date(record.created_at),
        "-" if record.expires_at is None else _date(record.expires_at),
        str(record.budget or "-"),
        str(record.rate or "-"),
        "yes" if record.admin else "-",
    )


def _revoke(store: KeyStore, name: str) -> int:
    revoked = store.revoke(name)
    if not revoked:
        print(f"No key that holds is called {name!r}; see `parley keys list`.", file=sys.stderr)
        return 1
    for record in revoked:
        print(f"Revoked {record.name} ({record.id}). Servers know within a second.")
    return 0


def _moment(text: str) -> float:
    """The end of a time span from now, or of the day before a date; it is to come."""
    now = time.time()
    if found := re.fullmatch(r"(\d{1,6})([mhdw])", text):
        moment = now + int(found[1]) * _UNITS[found[2]]
    else:
        try:
            moment = datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
        except ValueError:
            raise ValueError(
                f"{text!r} is no time; write it like 90d, 12h or 2027-01-31 (UTC)"
            ) from None
    if moment <= now:
        raise ValueError(f"{text!r} is over already; write it like 90d, 12h or 2027-01-31 (UTC)")
    return moment


def _said(parse: Any) -> Any:
    """A parser for argparse, which would else not repeat what is wrong."""

    def parsed(text: str) -> Any:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parsed


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
