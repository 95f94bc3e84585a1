"""Drafts on their way between processes: the server gives a run the parts of its transaction, the run adds its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from ormolu.catalog.commit import Turn
from ormolu.catalog.database import in_transaction, reading
from ormolu.catalog.definitions_log import DefinitionVersion
from ormolu.catalog.drafts import Draft, DraftLake, Part
from ormolu.catalog.journal import decode, encode
from ormolu.catalog.lake import Lake
from ormolu.catalog.schema import draft_parts, runs
from ormolu.definitions import Kind, TableName
from ormolu.errors import SerializationFailure
from ormolu.faults import reach

STAGED, SUCCEEDED, ROLLED_BACK = "staged", "succeeded", "rolled_back"
TRANSACTION = "transaction"  # the trigger of runs that belong to one
OPEN = ("queued", "running", STAGED)

Asked = Mapping[str, Any]  # what a run's request says of its transaction, as JSON


def lend(lake: DraftLake, *, at: datetime) -> Asked:
    """Write down the parts of a draft for a run; what the run is to be told, as JSON."""
    draft = lake.draft

    def write(connection: Connection) -> None:
        _forget_parts(connection, draft.draft_id)
        write_parts(connection, lake, 0, at=at)

    in_transaction(lake.records, write)
    reach("transaction:lent")
    base = None if draft.base is None else {str(table): location for table, location in draft.base.items()}
    return {"id": draft.draft_id, "parts": len(draft.parts), "base": base, "began_at": lake.began_at.isoformat()}


def borrow(lake: Lake, asked: Asked) -> DraftLake:
    """The lake as a run of a transaction is to see it; 40001 where the transaction has ended meanwhile."""
    base = asked["base"]
    pointers = None if base is None else {_table(name): location for name, location in base.items()}
    draft = Draft(asked["id"], _read(lake, asked["id"], 0), pointers)
    if len(draft.parts) != asked["parts"]:
        raise SerializationFailure("the transaction of this run has ended")
    return DraftLake(lake, draft, began_at=datetime.fromisoformat(asked["began_at"]))


def write_parts(connection: Connection, lake: DraftLake, first: int, *, at: datetime) -> None:
    rows = [
        {
            "draft_id": lake.draft.draft_id,
            "part": number,
            "database": lake.database,
            "written_at": at,
            "content": _content(part),
        }
        for number, part in enumerate(lake.draft.parts[first:], start=first)
    ]
    if rows:
        connection.execute(insert(draft_parts), rows)


def take_back(lake: DraftLake) -> None:
    """Take in what a run has added to the draft."""
    draft = lake.draft
    draft.parts.extend(_read(lake.published, draft.draft_id, len(draft.parts)))


def succeed(connection: Connection, lake: DraftLake) -> None:
    """The runs of a transaction that commits; 40001 where they were given up meanwhile."""
    run_ids = lake.draft.run_ids()
    told = update(runs).where(runs.c.run_id.in_(run_ids), runs.c.status == STAGED).values(status=SUCCEEDED)
    if run_ids and connection.execute(told).rowcount != len(run_ids):
        raise SerializationFailure("the transaction was given up by the server", hint="Try again.")
    _forget_parts(connection, lake.draft.draft_id)


def roll_back(lake: DraftLake, run_ids: Sequence[int]) -> None:
    """Record that what runs had made is gone."""

    def forget(connection: Connection) -> None:
        _forget_parts(connection, lake.draft.draft_id)
        connection.execute(update(runs).where(runs.c.run_id.in_(run_ids), runs.c.status == STAGED).values(**_GONE))

    in_transaction(lake.records, forget)


_GONE = {"status": ROLLED_BACK, "record": None, "lease_until": None}


def give_up(lake: Lake, *, before: datetime | None = None) -> int:
    """Roll back transactions whose sessions are gone: all, or those whose runs were asked for before a time."""
    is_one = (runs.c.database == lake.database) & (runs.c.trigger == TRANSACTION) & runs.c.status.in_(OPEN)
    is_part = draft_parts.c.database == lake.database
    if before is not None:
        is_one &= runs.c.queued_at < before
        is_part &= draft_parts.c.written_at < before

    def give_up(connection: Connection) -> int:
        connection.execute(delete(draft_parts).where(is_part))
        return connection.execute(update(runs).where(is_one).values(**_GONE)).rowcount

    return in_transaction(lake.engine, give_up)


def _forget_parts(connection: Connection, draft_id: str) -> None:
    connection.execute(delete(draft_parts).where(draft_parts.c.draft_id == draft_id))


def _read(lake: Lake, draft_id: str, first: int) -> list[Part]:
    wanted = (
        select(draft_parts.c.content)
        .where(draft_parts.c.draft_id == draft_id, draft_parts.c.part >= first)
        .order_by(draft_parts.c.part)
    )
    with reading(lake.engine) as connection:
        return [_part(content) for content in connection.execute(wanted).scalars()]


# --- as JSON --------------------------------------------------------------------------------------------------------


def _content(part: Part) -> dict[str, Any]:
    return {
        "turns": [
            {
                "table": str(turn.table),
                "based_on": turn.based_on,
                "to": turn.to,
                "operation": turn.operation,
                "written": list(turn.written),
                "run_id": turn.run_id,
            }
            for turn in part.turns
        ],
        "definitions": [
            {
                "kind": row.kind.value,
                "name": row.name,
                "version": row.version,
                "ddl": row.ddl,
                "hash": row.hash,
                "author": row.author,
                "at": row.at.isoformat(),
            }
            for row in part.definitions
        ],
        "known": [[kind.value, name, version] for kind, name, version in part.known],
        "writes": [encode(write) for write in part.writes],
        "files": list(part.files),
        "run_id": part.run_id,
    }


def _part(content: Mapping[str, Any]) -> Part:
    return Part(
        turns=tuple(
            Turn(
                _table(turn["table"]),
                turn["based_on"],
                turn["to"],
                None,
                turn["operation"],
                tuple(turn["written"]),
                turn["run_id"],
            )
            for turn in content["turns"]
        ),
        definitions=tuple(
            DefinitionVersion(
                kind=Kind(row["kind"]),
                name=row["name"],
                version=row["version"],
                ddl=row["ddl"],
                hash=row["hash"],
                author=row["author"],
                at=datetime.fromisoformat(row["at"]),
                is_dropped=row["ddl"] is None,
            )
            for row in content["definitions"]
        ),
        known=tuple((Kind(kind), name, version) for kind, name, version in content["known"]),
        writes=tuple(decode(write) for write in content["writes"]),
        files=tuple(content["files"]),
        run_id=content["run_id"],
    )


def _table(name: str) -> TableName:
    schema, _, plain = name.partition(".")
    return TableName(schema, plain)
