"""Whether a run log that holds a million runs costs more than an empty one.

The million is written once, into `.bench/stored`, with what the store itself has made of one.
"""

import dataclasses
import json
import random
import shutil
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from api.access.caller import ANYBODY
from api.contract.events import RunCompleted, RunStarted, TextDelta
from api.contract.types import Message, Role
from api.contract.usage import FinishReason, TokenUsage
from api.runs import sqlite_rows as rows
from api.runs import sqlite_schema
from api.runs.log import RunRecord
from bench import measures
from bench.load import Door, Stream
from bench.peers import PARLEY, QUESTION, ROOT, document
from bench.processes import Server
from bench.rounds import Series, interleaved

RUNS = 1_000_000
FEW = 1_000
"""Runs of the log that counts as empty: there must be some to resume."""
STARTS, RESUMES = 100, 100
REPLY = " ~00000000 Alfred Pennyworth raised him, and keeps the house and the cave in order."
KEPT_SECONDS = 12 * 3600
"""The runs of the log expire after a day."""


async def stored(upstream: int, folder: Path, rounds: int) -> Mapping[str, Series]:
    """What each thing costs with a million runs stored, as a multiple of an empty log."""
    full, few = ROOT / ".bench" / "stored", folder / "few"
    ids = {"full": _filled(full, RUNS), "few": _filled(few, FEW)}
    places = {"full": full, "few": few}
    started: dict[str, Server] = {}
    _read_once(full)

    async def begun(name: str) -> Mapping[str, float]:
        with _server(upstream, places[name]) as server:
            return {"seconds": server.seconds_to_start}

    async def asked(name: str) -> Mapping[str, float]:
        server = started[name]
        cpu, _ = await measures.short(server, PARLEY.answers["mutation"], STARTS)
        return {"start": cpu, "resume": await _resumed(server, ids[name])}

    ready = await interleaved({name: partial(begun, name) for name in places}, rounds)
    with _server(upstream, full) as started["full"], _server(upstream, few) as started["few"]:
        table = await interleaved({name: partial(asked, name) for name in places}, rounds)
    return {
        "starting the server": _quotients(ready, "seconds"),
        "starting a run": _quotients(table, "start"),
        "resuming a run": _quotients(table, "resume"),
    }


def _quotients(table: Any, figure: str) -> Series:
    pairs = zip(table["full"][figure].values, table["few"][figure].values, strict=True)
    return Series([great / small for great, small in pairs])


def _server(upstream: int, data: Path) -> Server:
    def environment(port: int, upstream: int, where: Path) -> Mapping[str, str]:
        return {**PARLEY.environment(port, upstream, where), "PARLEY_DATA_DIR": str(data)}

    return dataclasses.replace(PARLEY, environment=environment).server(upstream, data)


async def _resumed(server: Server, ids: list[str]) -> float:
    """Server CPU in milliseconds of following a run that has ended, from its first event on."""
    before = server.cpu
    for run_id in random.sample(ids, RESUMES):
        variables = {"id": run_id, "after": 0}
        door = Door("/graphql", {"query": document("follow_run"), "variables": variables})
        stream = await Stream.open(door, server.port, 1)
        await stream.ended
        stream.leave()
    return (server.cpu - before) / RESUMES * 1000


def _read_once(data: Path) -> None:
    """Let the kernel have the files at hand: what a disk takes is not what grows here."""
    for path in data.glob("runs.sqlite3*"):
        with path.open("rb") as file:
            while file.read(1 << 24):
                continue


def _filled(data: Path, count: int) -> list[str]:
    """A data directory with so many runs that have ended; some of their ids."""
    known = data / "ids.json"
    if known.exists() and time.time() - known.stat().st_mtime < KEPT_SECONDS:
        ids: list[str] = json.loads(known.read_text())
        return ids
    print(f"storing {count} runs …", flush=True)
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    with closing(sqlite_schema.connect_and_create(data / "runs.sqlite3")) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        _multiply(connection, _store_one(connection), count)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found = connection.execute("SELECT id FROM copies ORDER BY random() LIMIT 2000")
        told = [run_id for (run_id,) in found]
    known.write_text(json.dumps(told))
    return told


def _store_one(connection: sqlite3.Connection) -> str:
    """The id of a run that the store itself has written, from its start to its end."""
    run_id, at = "model", datetime.now(UTC)
    question = Message(role=Role.USER, content=QUESTION)
    record = RunRecord(run_id, ANYBODY.id, "comic-books", "openai", "bench", [question], at)
    same: dict[str, Any] = {"run_id": run_id, "at": at}
    end = RunCompleted(
        seq=2,
        reply=Message(role=Role.ASSISTANT, content=REPLY),
        token_usage=TokenUsage(prompt_tokens=20, completion_tokens=17, total_tokens=37),
        cost=None,
        finish_reason=FinishReason.STOP,
        **same,
    )
    started = RunStarted(seq=0, assistant_id=record.assistant_id, model="bench", **same)
    rows.claim(connection, record, "gone", 0.0, started)
    rows.append(connection, run_id, record.fence, [TextDelta(seq=1, text=REPLY, **same), end])
    return run_id


def _multiply(connection: sqlite3.Connection, run_id: str, count: int) -> None:
    """Copy the run under `count` random ids, in their order: that is many times quicker."""
    connection.execute(
        "CREATE TEMP TABLE copies AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
        "SELECT i + 1 FROM n WHERE i < ?) SELECT lower(hex(randomblob(16))) AS id FROM n "
        "ORDER BY 1",
        (count,),
    )
    for table, key in (("runs", "id"), ("events", "run_id")):
        found = connection.execute(f"PRAGMA table_info({table})").fetchall()
        others = ", ".join(f"one.{row[1]}" for row in found if row[1] != key)
        names = ", ".join(row[1] for row in found if row[1] != key)
        connection.execute(
            f"INSERT INTO {table} ({key}, {names}) SELECT copies.id, {others} "
            f"FROM copies CROSS JOIN {table} AS one WHERE one.{key} = ?",
            (run_id,),
        )
