"""MySQL and MariaDB: the catalogue says what is there; DuckDB's scanner moves the rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    UndefinedTable,
)
from ormolu.medallion.inference import TEXT
from ormolu.sql_extensions.types import NUMERIC_PRECISION_MAX, DataType, data_type

if TYPE_CHECKING:
    import pymysql

CONNECT_SECONDS_MAX = 10
_BY_NUMBER: Mapping[int, type[OrmoluError]] = {
    1044: InsufficientPrivilege,
    1045: InvalidPassword,
    1049: InvalidCatalogName,
    1054: UndefinedColumn,
    1064: InvalidSyntax,
    1142: InsufficientPrivilege,
    1146: UndefinedTable,
    1698: InvalidPassword,
}
_UNREACHABLE = (2002, 2003, 2005, 2006, 2013)
_TYPES = {
    "tinyint": "smallint",
    "smallint": "smallint",
    "mediumint": "integer",
    "int": "integer",
    "bigint": "bigint",
    "year": "integer",
    "float": "real",
    "double": "double precision",
    "date": "date",
    "datetime": "timestamp",
    "timestamp": "timestamp",
    "json": "json",
    "binary": "bytea",
    "varbinary": "bytea",
    "tinyblob": "bytea",
    "blob": "bytea",
    "mediumblob": "bytea",
    "longblob": "bytea",
}
_UNSIGNED = {"smallint": "integer", "integer": "bigint", "bigint": "numeric(20,0)"}
_CLOCKS = {"timestamp": "NOW(6)", "date": "CURDATE()"}
_DECIMAL = re.compile(r"^decimal\((\d+),(\d+)\)")


@dataclass(frozen=True, slots=True)
class MySql:
    """`options` are those of the connection, secrets filled in."""

    name: str
    options: Mapping[str, str]

    @property
    def system(self) -> str:
        return "mysql"

    def test(self) -> str:
        ((version, database),) = self._rows("SELECT version(), database()")
        return f"{version}, database {database}"

    def tables(self, pattern: str | None = None) -> list[SourceTable]:
        rows = self._rows(
            "SELECT table_schema, table_name, CASE table_type WHEN 'VIEW' THEN 'view' ELSE 'table' END, table_rows, "
            "data_length + index_length FROM information_schema.tables WHERE table_schema NOT IN "
            "('information_schema', 'mysql', 'performance_schema', 'sys') AND (%s IS NULL OR table_name LIKE %s "
            "OR concat(table_schema, '.', table_name) LIKE %s) ORDER BY 1, 2",
            (pattern, pattern, pattern),
        )
        return [SourceTable(f"{row[0]}.{row[1]}", str(row[2]), _whole(row[3]), _whole(row[4])) for row in rows]

    def describe(self, form: SourceForm, target: str) -> tuple[SourceColumn, ...]:
        check_form(form)
        with self._connected() as connection:
            return self._columns(connection, form, target)

    def files(self, target: str) -> tuple[SourceFile, ...]:
        raise FeatureNotSupported("FILES cannot be read from a database", hint="Use TABLE or QUERY.")

    def clock(self, column: SourceColumn) -> str | None:
        expression = _CLOCKS.get(column.type.scalar.name)
        return None if expression is None else str(self._rows(f"SELECT CAST({expression} AS CHAR)")[0][0])

    def read(self, request: ReadRequest, engine: Engine) -> Extract:
        columns = self.describe(request.form, request.target)
        self._attach(engine)
        schema, name = table_parts(request.target) if request.form is SourceForm.TABLE else (None, "")
        relation = relation_sql(request, "mysql", schema=schema, name=name)
        query = select_sql([_selected(column) for column in columns], relation, request.window, "mysql")
        as_text = frozenset(column.name for column in columns if _comes_as_text(column))
        rows = f"SELECT * FROM mysql_query({text(self.alias, 'duckdb')}, ?)"  # noqa: S608 - quoted
        return Extract(rows, (query,), columns, as_text)

    def close(self) -> None:
        return

    @property
    def alias(self) -> str:
        return f"source_{self.name}"

    def _attach(self, engine: Engine) -> None:
        engine.load_extension("mysql_scanner")
        if engine.rows("SELECT 1 FROM duckdb_databases() WHERE database_name = ?", [self.alias]):
            return
        engine.execute("SET GLOBAL mysql_tinyint1_as_boolean = false")  # 2 is a tinyint(1) too
        options = self.options
        parts = {
            "HOST": options.get("host", "localhost"),
            "PORT": options.get("port", "3306"),
            "USER": options.get("user", ""),
            "PASSWORD": options.get("password", ""),
            "DATABASE": self._database,
        }
        given = ", ".join(f"{key} {text(value, 'duckdb')}" for key, value in parts.items() if value)
        alias = quoted(self.alias, "duckdb")
        engine.execute(f"CREATE OR REPLACE TEMPORARY SECRET {alias} (TYPE mysql, {given})")
        engine.execute(f"ATTACH '' AS {alias} (TYPE mysql, SECRET {alias}, READ_ONLY)")

    @property
    def _database(self) -> str:
        return self.options.get("dbname") or self.options.get("database", "")

    @contextmanager
    def _connected(self) -> Iterator[pymysql.connections.Connection]:
        try:
            import pymysql
        except ModuleNotFoundError as error:
            raise FeatureNotSupported(
                "connections of TYPE mysql need pymysql", hint="pip install 'ormolu[mysql]'"
            ) from error
        try:
            connection = pymysql.connect(
                host=self.options.get("host", "localhost"),
                port=int(self.options.get("port", "3306")),
                user=self.options.get("user", ""),
                password=self.options.get("password", ""),
                database=self._database or None,
                connect_timeout=CONNECT_SECONDS_MAX,
                charset="utf8mb4",
            )
        except pymysql.err.Error as error:
            raise self._failed(error.args) from None
        with connection:
            try:
                yield connection
            except pymysql.err.Error as error:
                raise self._failed(error.args) from error

    def _rows(self, query: str, parameters: tuple[object, ...] = ()) -> tuple[tuple[object, ...], ...]:
        with self._connected() as connection, connection.cursor() as cursor:
            cursor.execute(query, parameters or None)
            return tuple(cursor.fetchall())

    def _failed(self, arguments: tuple[object, ...]) -> OrmoluError:
        number = arguments[0] if arguments and isinstance(arguments[0], int) else 0
        message = str(arguments[1]) if len(arguments) > 1 else "no answer"
        place = f"{self.options.get('host', 'localhost')}:{self.options.get('port', '3306')}"
        if number in _UNREACHABLE:
            return UnableToConnect(
                f'connection "{self.name}": cannot reach {place}',
                detail=message,
                hint=f"Is the server running, and does {place} take connections from here?",
            )
        ours = _BY_NUMBER.get(number, ForeignDataError)
        hint = (
            f"ALTER CONNECTION {self.name} SET (user = ..., password = SECRET ...)"
            if ours is InvalidPassword
            else f"SHOW TABLES FROM CONNECTION {self.name} lists what is there."
        )
        return ours(f'connection "{self.name}": {message}', hint=hint)

    def _columns(
        self, connection: pymysql.connections.Connection, form: SourceForm, target: str
    ) -> tuple[SourceColumn, ...]:
        """A query is described by a temporary table made from none of its rows: the server itself names the types."""
        with connection.cursor() as cursor:
            if form is SourceForm.TABLE:
                schema, name = table_parts(target)
                cursor.execute(f"SHOW COLUMNS FROM {table_sql(schema, name, 'mysql')}")
                return tuple(_column(str(row[0]), str(row[1])) for row in cursor.fetchall())
            query = target.strip().rstrip(";")
            cursor.execute(f"CREATE TEMPORARY TABLE ormolu_shape AS SELECT * FROM ({query}) AS q LIMIT 0")  # noqa: S608
            cursor.execute("SHOW COLUMNS FROM ormolu_shape")
            return tuple(_column(str(row[0]), str(row[1])) for row in cursor.fetchall())


def _whole(value: object) -> int | None:
    return None if value is None else int(str(value))


def _column(name: str, declared: str) -> SourceColumn:
    return SourceColumn(name, _type_of(declared), declared)


def _type_of(declared: str) -> DataType:
    if decimal := _DECIMAL.match(declared):
        precision, scale = int(decimal[1]), int(decimal[2])
        return data_type(f"numeric({precision},{scale})") if precision <= NUMERIC_PRECISION_MAX else TEXT
    base = re.split(r"[ (]", declared, maxsplit=1)[0]
    kind = _TYPES.get(base, "text")
    return data_type(_UNSIGNED.get(kind, kind) if "unsigned" in declared else kind)


def _comes_as_text(column: SourceColumn) -> bool:
    return column.source_type.startswith("decimal") and column.type == TEXT


def _selected(column: SourceColumn) -> str:
    name = quoted(column.name, "mysql")
    if column.source_type.startswith("bit"):
        return f"BIN({name}) AS {name}"
    if _comes_as_text(column) or column.source_type.startswith("time("):
        return f"CAST({name} AS CHAR) AS {name}"
    return name
