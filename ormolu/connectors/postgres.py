"""PostgreSQL: its catalogue says what is there and of what types; DuckDB's scanner moves the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from ormolu.connectors.remote import check_form, quoted, relation_sql, select_sql, table_parts, table_sql, text
from ormolu.connectors.source import Engine, Extract, ReadRequest, SourceColumn, SourceFile, SourceTable
from ormolu.definitions import SourceForm
from ormolu.errors import (
    FeatureNotSupported,
    ForeignDataError,
    InsufficientPrivilege,
    InvalidCatalogName,
    InvalidPassword,
    InvalidSyntax,
    OrmoluError,
    UnableToConnect,
    UndefinedColumn,
    UndefinedObject,
    UndefinedTable,
)
from ormolu.medallion.inference import TEXT
from ormolu.sql_extensions.types import NUMERIC_PRECISION_MAX, DataType, data_type

CONNECT_SECONDS_MAX = 10
_EXACT = frozenset(  # what the scanner reads without loss
    (
        *("bool", "int2", "int4", "int8", "float4", "float8", "text", "varchar"),
        *("bytea", "date", "uuid", "time", "timestamp", "timestamptz"),
    )
)
_CLOCKS = {"timestamptz": "clock_timestamp()", "timestamp": "clock_timestamp()::timestamp", "date": "current_date"}
_BY_SQLSTATE: Mapping[str, type[OrmoluError]] = {
    "28P01": InvalidPassword,
    "28000": InvalidPassword,
    "3D000": InvalidCatalogName,
    "42P01": UndefinedTable,
    "42703": UndefinedColumn,
    "42501": InsufficientPrivilege,
    "42601": InvalidSyntax,
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """`options` are those of the connection, secrets filled in."""

    name: str
    options: Mapping[str, str]

    @property
    def system(self) -> str:
        return "postgres"

    def test(self) -> str:
        with self._connected() as connection:
            row = connection.execute("SELECT current_database(), split_part(version(), ' on ', 1)").fetchone()
        assert row is not None
        return f"{row[1]}, database {row[0]}"

    def tables(self, pattern: str | None = None) -> list[SourceTable]:
        query = """
            SELECT n.nspname, c.relname, CASE WHEN c.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END,
                   CASE WHEN c.reltuples >= 0 THEN c.reltuples::bigint END, pg_total_relation_size(c.oid)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
              AND n.nspname NOT LIKE 'pg\\_toast%%' AND NOT c.relispartition
              AND (%(like)s::text IS NULL OR c.relname LIKE %(like)s OR n.nspname || '.' || c.relname LIKE %(like)s)
            ORDER BY 1, 2"""
        with self._connected() as connection:
            rows = connection.execute(query, {"like": pattern}).fetchall()
        return [SourceTable(f"{row[0]}.{row[1]}", row[2], row[3], row[4]) for row in rows]

    def describe(self, form: SourceForm, target: str) -> tuple[SourceColumn, ...]:
        check_form(form)
        with self._connected() as connection:
            return self._columns(connection, form, target)

    def files(self, target: str) -> tuple[SourceFile, ...]:
        raise FeatureNotSupported("FILES cannot be read from a database", hint="Use TABLE or QUERY.")

    def clock(self, column: SourceColumn) -> str | None:
        expression = _CLOCKS.get(column.type.scalar.name)
        if expression is None:
            return None
        with self._connected() as connection:
            row = connection.execute(sql.SQL("SELECT ({})::text").format(sql.SQL(expression))).fetchone()
        assert row is not None
        return str(row[0])

    def read(self, request: ReadRequest, engine: Engine) -> Extract:
        columns = self.describe(request.form, request.target)
        self._attach(engine)
        schema, name = table_parts(request.target) if request.form is SourceForm.TABLE else (None, "")
        kept = [_selected(column) for column in columns]
        as_text = frozenset(column.name for column in columns if not _is_exact(column.type))
        if request.form is SourceForm.TABLE and request.window is None and not as_text and schema is not None:
            # The scanner's own table scan reads in parallel.
            table = f"{quoted(self.alias, 'duckdb')}.{table_sql(schema, name, 'duckdb')}"
            return Extract(f"SELECT * FROM {table}", (), columns)  # noqa: S608 - quoted
        relation = relation_sql(request, "postgres", schema=schema, name=name)
        query = select_sql(kept, relation, request.window, "postgres")
        rows = f"SELECT * FROM postgres_query({text(self.alias, 'duckdb')}, ?)"  # noqa: S608 - quoted
        return Extract(rows, (query,), columns, as_text)

    def close(self) -> None:
        return

    @property
    def alias(self) -> str:
        return f"source_{self.name}"

    def _attach(self, engine: Engine) -> None:
        engine.load_extension("postgres_scanner")
        if engine.rows("SELECT 1 FROM duckdb_databases() WHERE database_name = ?", [self.alias]):
            return
        settings = self._settings()
        parts = {
            "HOST": str(settings["host"]),
            "PORT": str(settings["port"]),
            "USER": str(settings["user"]),
            "PASSWORD": str(settings["password"]),
            "DATABASE": str(settings["dbname"]),
        }
        given = ", ".join(f"{key} {text(value, 'duckdb')}" for key, value in parts.items() if value)
        alias = quoted(self.alias, "duckdb")
        engine.execute(f"CREATE OR REPLACE TEMPORARY SECRET {alias} (TYPE postgres, {given})")
        engine.execute(f"ATTACH '' AS {alias} (TYPE postgres, SECRET {alias}, READ_ONLY)")

    def _settings(self) -> dict[str, str | int]:
        options = self.options
        return {
            "host": options.get("host", "localhost"),
            "port": int(options.get("port", "5432")),
            "user": options.get("user", ""),
            "password": options.get("password", ""),
            "dbname": options.get("dbname") or options.get("database", ""),
        }

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection]:
        settings = {key: value for key, value in self._settings().items() if value != ""}
        try:
            connection = psycopg.connect(
                **settings,  # type: ignore[arg-type]  # host, user and the like are text, port a number
                connect_timeout=CONNECT_SECONDS_MAX,
                options="-c default_transaction_read_only=on",
                application_name="ormolu",
            )
        except psycopg.OperationalError as error:
            raise self._refused(error) from None
        with connection:
            try:
                yield connection
            except psycopg.Error as error:
                raise self._failed(error) from error

    def _refused(self, error: psycopg.OperationalError) -> OrmoluError:
        message = str(error).strip().splitlines()[-1] if str(error).strip() else "no answer"
        place = f"{self.options.get('host', 'localhost')}:{self.options.get('port', '5432')}"
        if "password" in message or "role" in message or "authentication" in message:
            return InvalidPassword(
                f'connection "{self.name}": {place} refused the user "{self.options.get("user", "")}"',
                detail=message.split("FATAL:")[-1].strip(),
                hint=f"ALTER CONNECTION {self.name} SET (user = ..., password = SECRET ...)",
            )
        if "does not exist" in message:
            return InvalidCatalogName(f'connection "{self.name}": {message.split("FATAL:")[-1].strip()}')
        return UnableToConnect(
            f'connection "{self.name}": cannot reach {place}',
            detail=message,
            hint=f"Is the server running, and does {place} take connections from here?",
        )

    def _failed(self, error: psycopg.Error) -> OrmoluError:
        ours = _BY_SQLSTATE.get(error.sqlstate or "", ForeignDataError)
        primary = error.diag.message_primary or str(error)
        return ours(
            f'connection "{self.name}": {primary}',
            detail=error.diag.message_detail,
            hint=error.diag.message_hint or f"SHOW TABLES FROM CONNECTION {self.name} lists what is there.",
        )

    def _columns(self, connection: psycopg.Connection, form: SourceForm, target: str) -> tuple[SourceColumn, ...]:
        if form is SourceForm.TABLE:
            schema, name = table_parts(target)
            relation = table_sql(schema, name, "postgres")
        else:
            relation = f"({target.strip().rstrip(';')}) AS q"
        cursor = connection.execute(f"SELECT * FROM {relation} LIMIT 0".encode())  # noqa: S608 - the query is the user's
        found = cursor.description or []
        if not found:
            return ()
        spelled = connection.execute(
            "SELECT format_type(t.oid, t.modifier), b.typtype, b.typcategory FROM unnest(%s::oid[], %s::int[]) "
            "WITH ORDINALITY AS t(oid, modifier, place) JOIN pg_type b ON b.oid = t.oid ORDER BY place",
            ([item.type_code for item in found], [_modifier(item) for item in found]),
        ).fetchall()
        return tuple(
            SourceColumn(item.name, _type_of(str(row[0])), str(row[0]))
            for item, row in zip(found, spelled, strict=True)
        )


def _modifier(column: psycopg.Column) -> int:
    return column._fmod


def _type_of(spelling: str) -> DataType:
    """The type that holds the source's; text for those that only PostgreSQL knows."""
    try:
        kind = data_type(spelling)
    except (UndefinedObject, FeatureNotSupported):
        return TEXT
    if kind.scalar.name == "numeric" and not kind.modifiers:
        return TEXT
    if kind.scalar.name == "numeric" and not 0 <= kind.modifiers[1] <= kind.modifiers[0] <= NUMERIC_PRECISION_MAX:
        return TEXT
    return TEXT if kind.dimensions > 1 or (kind.dimensions and kind.scalar.name not in _EXACT) else kind


def _is_exact(kind: DataType) -> bool:
    return kind.scalar.name in _EXACT and kind != TEXT


def _selected(column: SourceColumn) -> str:
    """A column of the select list; whatever the scanner could change on the way comes as text."""
    name = quoted(column.name, "postgres")
    is_plain = column.source_type in ("text",) or column.source_type.startswith("character varying")
    if is_plain or _is_exact(column.type):
        return name
    return f"{name}::text AS {name}"
