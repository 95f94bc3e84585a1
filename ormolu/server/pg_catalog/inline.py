"""What changes from statement to statement, as rows in the query itself: sessions, settings, and what each holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlglot import exp

from ormolu.definitions import TableName
from ormolu.server.accepted_settings import default_value, plain_value
from ormolu.server.pg_catalog.identifiers import Identifiers
from ormolu.server.pg_catalog.snapshot import CatalogCursor, CatalogPrepared, CatalogSession, CatalogSnapshot
from ormolu.server.pg_catalog.static_rows import static_table
from ormolu.sql_extensions.relations import RelationColumn

_ACTIVITY = TableName("pg_catalog", "pg_stat_activity")
_SETTINGS = TableName("pg_catalog", "pg_settings")
_PREPARED = TableName("pg_catalog", "pg_prepared_statements")
_CURSORS = TableName("pg_catalog", "pg_cursors")


_INLINE = frozenset(
    {"pg_stat_activity", "pg_settings", "pg_show_all_settings", "pg_prepared_statements", "pg_cursors", "_settings"}
    | {"pg_stat_database"}  # counts the sessions
)


def is_inline(name: TableName) -> bool:
    """Whether the relation's rows are in the query itself, which then holds for one statement only."""
    return name.schema == "pg_catalog" and name.name in _INLINE


def inline_source(name: TableName, columns: tuple[RelationColumn, ...], snapshot: CatalogSnapshot) -> exp.Query | None:
    """The rows as literals; None for every other relation."""
    if name == _ACTIVITY:
        oids = Identifiers(snapshot)
        return _literal_rows(columns, [_activity(session, oids) for session in snapshot.sessions])
    if name == _SETTINGS:
        return _literal_rows(columns, _settings(snapshot))
    if name == _PREPARED:
        return _literal_rows(columns, [_prepared(each) for each in snapshot.prepared])
    if name == _CURSORS:
        return _literal_rows(columns, [_cursor(each) for each in snapshot.cursors])
    return None


def _prepared(prepared: CatalogPrepared) -> dict[str, Any]:
    return {
        "name": prepared.name, "statement": prepared.statement, "prepare_time": prepared.prepared_at,
        "parameter_types": [str(oid) for oid in prepared.parameter_oids], "from_sql": prepared.is_from_sql,
        "generic_plans": 0, "custom_plans": 0,
    }  # fmt: skip


def _cursor(cursor: CatalogCursor) -> dict[str, Any]:
    return {
        "name": cursor.name, "statement": cursor.statement, "is_holdable": cursor.is_holdable,
        "is_binary": cursor.is_binary, "is_scrollable": cursor.is_scrollable, "creation_time": cursor.created_at,
    }  # fmt: skip


def _activity(session: CatalogSession, oids: Identifiers) -> dict[str, Any]:
    is_waiting = (session.state or "").startswith("idle")
    return {
        "datid": oids.find("database", session.database), "datname": session.database, "pid": session.process_id,
        "usesysid": oids.find("role", session.role), "usename": session.role,
        "application_name": session.application_name, "client_addr": session.client_address,
        "client_port": session.client_port, "backend_start": session.started_at,
        "xact_start": session.transaction_started_at, "query_start": session.query_started_at,
        "state_change": session.state_changed_at, "state": session.state, "query": session.query,
        "wait_event_type": "Client" if is_waiting else None, "wait_event": "ClientRead" if is_waiting else None,
        "backend_type": "client backend",
    }  # fmt: skip


def _settings(snapshot: CatalogSnapshot) -> Sequence[dict[str, Any]]:
    rows = {row["name"].lower(): dict(row) for row in static_table("pg_settings").to_pylist()}
    for name, value in snapshot.settings:
        row = rows.setdefault(
            name.lower(),
            {"name": name, "category": "Customized Options", "context": "user", "vartype": "string", "boot_val": ""}
            | {"reset_val": "", "unit": None, "pending_restart": False, "short_desc": ""},
        )
        is_default = value == default_value(name)
        if not is_default or row.get("source") != "default":
            row |= {"setting": plain_value(row, value), "source": "default" if is_default else "session"}
    return [rows[name] for name in sorted(rows)]


def _literal_rows(columns: tuple[RelationColumn, ...], rows: Sequence[dict[str, Any]]) -> exp.Query:
    visible = [column for column in columns if not column.is_hidden]
    names = [exp.to_identifier(column.name, quoted=True) for column in visible]
    given = rows or [{}]
    tuples = [exp.Tuple(expressions=[_literal(row.get(column.name)) for column in visible]) for row in given]
    values = exp.Values(expressions=tuples, alias=exp.TableAlias(this=exp.to_identifier("_rows"), columns=names))
    typed = [
        exp.alias_(
            exp.Cast(this=exp.column(name.copy()), to=exp.DataType.build(column.type.duckdb, dialect="duckdb")),
            column.name,
            quoted=True,
        )
        for name, column in zip(names, visible, strict=True)
    ]
    query = exp.select(*typed).from_(values)
    return query if rows else query.where(exp.false())


def _literal(value: Any) -> exp.Expr:
    if isinstance(value, list):
        return exp.cast(exp.array(*(exp.Literal.string(each) for each in value)), exp.DataType.build("text[]"))
    if isinstance(value, datetime):
        return exp.Literal.string(value.isoformat())
    return exp.convert(value)
