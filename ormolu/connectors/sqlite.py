"""SQLite: any value may stand in any column, so everything is read as text and typed by what it holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ormolu.connectors.remote import check_form, quoted, relation_sql, select_sql, table_parts, table_sql, text
from ormolu.connectors.source import Engine, Extract, ReadRequest, SourceColumn, SourceFile, SourceTable
from ormolu.definitions import SourceForm
from ormolu.errors import (
    BadCopyFileFormat,
    FeatureNotSupported,
    ForeignDataError,
    InsufficientPrivilege,
    OrmoluError,
    UndefinedColumn,
    UndefinedFile,
    UndefinedTable,
)
from ormolu.medallion.inference import TEXT
from ormolu.sql_extensions.types import DataType, data_type


@dataclass(frozen=True, slots=True)
class Sqlite:
    name: str
    path: Path
    allows: Callable[[Path], bool]

    @property
    def system(self) -> str:
        return "sqlite"

    def test(self) -> str:
        with self._connected() as connection:
            (count,) = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()
        return f"SQLite {sqlite3.sqlite_version}, {self.path.name}, {count} tables"

    def tables(self, pattern: str | None = None) -> list[SourceTable]:
        with self._connected() as connection:
            rows = connection.execute(
                "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' "
                "ESCAPE '\\' AND (? IS NULL OR name LIKE ?) ORDER BY name",
                (pattern, pattern),
            ).fetchall()
        return [SourceTable(str(name), str(kind)) for name, kind in rows]

    def describe(self, form: SourceForm, target: str) -> tuple[SourceColumn, ...]:
        check_form(form)
        with self._connected() as connection:
            return self._columns(connection, form, target)

    def files(self, target: str) -> tuple[SourceFile, ...]:
        raise FeatureNotSupported("FILES cannot be read from a database", hint="Use TABLE or QUERY.")

    def clock(self, column: SourceColumn) -> str | None:
        """SQLite keeps times as the text that its writers chose: there is nothing to compare with."""
        return None

    def read(self, request: ReadRequest, engine: Engine) -> Extract:
        columns = self.describe(request.form, request.target)
        engine.load_extension("sqlite_scanner")
        alias = f"source_{self.name}"
        if not engine.rows("SELECT 1 FROM duckdb_databases() WHERE database_name = ?", [alias]):
            engine.execute(
                f"ATTACH {text(str(self.path), 'duckdb')} AS {quoted(alias, 'duckdb')} (TYPE sqlite, READ_ONLY)"
            )
        _, name = table_parts(request.target) if request.form is SourceForm.TABLE else (None, "")
        relation = relation_sql(request, "sqlite", schema=None, name=name)
        query = select_sql([_printed(column) for column in columns], relation, request.window, "sqlite")
        names = frozenset(column.name for column in columns)
        rows = f"SELECT * FROM sqlite_query({text(alias, 'duckdb')}, ?)"  # noqa: S608 - quoted
        return Extract(rows, (query,), columns, names)

    def close(self) -> None:
        return

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        if not self.allows(self.path):
            raise InsufficientPrivilege(
                f"reading {self.path} is not allowed", hint="Start the server with --allow-dir for its folder."
            )
        if not self.path.is_file():
            raise UndefinedFile(f'file "{self.path}" does not exist', hint="Look at the connection's path.")
        try:
            with closing(sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
                yield connection
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _failed(self, error: sqlite3.Error) -> OrmoluError:
        message = f'connection "{self.name}": {error}'
        hint = f"SHOW TABLES FROM CONNECTION {self.name} lists what is there."
        if "no such table" in str(error):
            return UndefinedTable(message, hint=hint)
        if "no such column" in str(error):
            return UndefinedColumn(message, hint=hint)
        if "not a database" in str(error) or "malformed" in str(error):
            return BadCopyFileFormat(message, hint="Is the file an SQLite database?")
        return ForeignDataError(message, hint="The database of the connection said this: look at QUERY and TABLE.")

    def _columns(self, connection: sqlite3.Connection, form: SourceForm, target: str) -> tuple[SourceColumn, ...]:
        if form is SourceForm.TABLE:
            relation = table_sql(None, table_parts(target)[1], "sqlite")
        else:
            relation = f"({target.strip().rstrip(';')})"
        cursor = connection.execute(f"SELECT * FROM {relation} LIMIT 0")  # noqa: S608 - the query is the user's
        names = [str(item[0]) for item in cursor.description]
        if form is not SourceForm.TABLE:
            return tuple(SourceColumn(name, TEXT, "") for name in names)
        declared = {
            str(row[1]): str(row[2])
            for row in connection.execute("SELECT * FROM pragma_table_info(?)", [table_parts(target)[1]])
        }
        return tuple(SourceColumn(name, _expected(declared.get(name, "")), declared.get(name, "")) for name in names)


def _expected(declared: str) -> DataType:
    """What the affinity of a declared type leads to expect (SQLite, "Determination Of Column Affinity")."""
    word = declared.upper()
    if "INT" in word:
        return data_type("bigint")
    if any(part in word for part in ("REAL", "FLOA", "DOUB")):
        return data_type("double precision")
    return TEXT


def _printed(column: SourceColumn) -> str:
    """A value as text without loss: 15 digits of a real where they suffice, 17 where not; a blob as bytea prints."""
    name = quoted(column.name, "sqlite")
    short = f"CAST({name} AS TEXT)"
    real = f"CASE WHEN CAST({short} AS REAL) = {name} THEN {short} ELSE printf('%!.17g', {name}) END"
    blob = f"'\\x' || lower(hex({name}))"
    return f"CASE typeof({name}) WHEN 'blob' THEN {blob} WHEN 'real' THEN {real} ELSE {short} END AS {name}"
