"""What a transaction has written to the catalog's database so far, without having written it.

A connection of a `journaled` engine begins by making those writes, so that it reads them; it adds its own to the
journal where others commit; and always it ends in a rollback. Publishing replays the journal in the one commit.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import IntegrityError

from ormolu.errors import InternalError, SerializationFailure

JOURNAL = "ormolu_journal"  # the execution option that carries the journal of a connection
REPLAYS = "ormolu_replays"  # the key under which a connection notes that it replays
WRITES = "ormolu_writes"
WRITING = ("INSERT", "UPDATE", "DELETE")

Parameters = dict[str, Any] | list[Any]  # Any: values as the driver takes them


@dataclass(frozen=True, slots=True)
class Write:
    """One statement as the driver was given it."""

    sql: str
    parameters: Parameters
    is_many: bool = False

    def run(self, connection: Connection) -> None:
        values = self.parameters
        if self.is_many:
            connection.exec_driver_sql(self.sql, [_row(each) for each in values])
        else:
            connection.exec_driver_sql(self.sql, _row(values))


def _row(values: Any) -> Any:  # Any: a dict, or a sequence that the driver wants as a tuple
    return values if isinstance(values, dict) else tuple(values)


@dataclass(frozen=True, slots=True)
class Journal:
    """`writes` gives what is to be replayed; `add` takes what a connection would have committed."""

    writes: Callable[[], Sequence[Write]]
    add: Callable[[Sequence[Write]], None]


def journaled(engine: Engine, journal: Journal) -> Engine:
    return engine.execution_options(**{JOURNAL: journal})


def replay(connection: Connection, writes: Sequence[Write]) -> None:
    """40001 where they are no longer possible: somebody else wrote what they write."""
    connection.info[REPLAYS] = True
    try:
        for write in writes:
            write.run(connection)
    except IntegrityError as error:
        raise SerializationFailure(
            "could not serialize access due to concurrent update of the catalog", hint="Try again."
        ) from error
    finally:
        connection.info[REPLAYS] = False


def listen(engine: Engine) -> None:
    """Have the engine's connections keep the journals that they carry; after the listener that begins."""
    event.listen(engine, "begin", _begin)
    event.listen(engine, "before_cursor_execute", _note)
    event.listen(engine, "commit", _commit)


def _begin(connection: Connection) -> None:
    journal = connection.get_execution_options().get(JOURNAL)
    if journal is not None:
        connection.info[WRITES] = []
        replay(connection, journal.writes())


def _note(
    connection: Connection,
    _cursor: object,
    sql: str,
    parameters: Any,  # Any: values as the driver takes them
    _context: object,
    is_many: bool,
) -> None:
    if connection.get_execution_options().get(JOURNAL) is None or connection.info.get(REPLAYS):
        return
    if sql.lstrip().upper().startswith(WRITING):
        values = parameters if isinstance(parameters, dict) else list(parameters)
        connection.info[WRITES].append(Write(sql, values, is_many))


def _commit(connection: Connection) -> None:
    """What is committed goes to the journal instead: the driver finds nothing left to commit."""
    journal = connection.get_execution_options().get(JOURNAL)
    if journal is not None:
        connection.connection.rollback()
        writes = connection.info.pop(WRITES, [])
        if writes:
            journal.add(tuple(writes))


# --- as JSON, for another process -----------------------------------------------------------------------------------


def encode(write: Write) -> dict[str, Any]:
    return {"sql": write.sql, "parameters": _encoded(write.parameters), "many": write.is_many}


def decode(written: dict[str, Any]) -> Write:
    return Write(written["sql"], _decoded(written["parameters"]), written["many"])


def _encoded(value: Any) -> Any:  # Any: JSON
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return {"at": value.astimezone(UTC).isoformat()}
        case bytes() | memoryview():
            return {"bytes": base64.b64encode(value).decode()}
        case list() | tuple():
            return [_encoded(each) for each in value]
        case dict():
            return {"row": {name: _encoded(each) for name, each in value.items()}}
        case _ if type(value).__module__ == "psycopg.types.json":
            return {type(value).__name__: value.obj}
        case _:
            raise InternalError(f"a {type(value).__name__} cannot be handed to another process")


def _decoded(value: Any) -> Any:  # Any: JSON
    match value:
        case list():
            return [_decoded(each) for each in value]
        case {"at": text}:
            return datetime.fromisoformat(text)
        case {"bytes": text}:
            return base64.b64decode(text)
        case {"row": values}:
            return {name: _decoded(each) for name, each in values.items()}
        case {"Json": given} | {"Jsonb": given}:
            from psycopg.types import json  # only where the catalog is in PostgreSQL

            return json.Jsonb(given) if "Jsonb" in value else json.Json(given)
        case _:
            return value
