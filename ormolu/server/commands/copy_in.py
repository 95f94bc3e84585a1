"""COPY ... FROM STDIN: spool what the client sends, then load it as one run."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import BinaryIO

from ormolu.connectors.formats import OWN_COPY_OPTIONS, is_postgres_copy
from ormolu.definitions import BronzeSource, TableName, Upload
from ormolu.errors import (
    DuplicateColumn,
    FeatureNotSupported,
    OrmoluError,
    ProgramLimitExceeded,
    UndefinedColumn,
    UndefinedTable,
    WrongObjectType,
)
from ormolu.faults import reach
from ormolu.scheduler.runs import RunAction
from ormolu.server.commands.access import require_operate
from ormolu.server.commands.services import Services
from ormolu.server.commands.waiting import run_and_wait
from ormolu.server.context import SessionContext
from ormolu.server.copy_data import AsTheyCome, CopyReader, reader_for
from ormolu.server.copy_options import CopyForm, Header, check_columns, copy_options
from ormolu.server.outcomes import CopyIn, Outcome
from ormolu.sql_extensions.statements import CopyFrom
from ormolu.sql_extensions.types import data_type

END_MARKER_BYTES_MAX = 8
# What COPY into a bronze source takes beyond PostgreSQL's formats.
OWN_FORMATS = ("json", "jsonl", "ndjson", "parquet")


def copy_from(statement: CopyFrom, session: SessionContext, services: Services) -> Outcome:
    """Begin a COPY into a bronze source; its data is appended as one load when the client ends it."""
    if statement.path is not None:
        raise FeatureNotSupported(
            "COPY FROM a file on the server is not supported",
            hint="\\copy sends a file of yours; CREATE CONNECTION ... TYPE files reads a folder of the server.",
        )
    if statement.where is not None:
        raise FeatureNotSupported("COPY FROM ... WHERE is not supported", hint="A silver rule filters rows.")
    name = TableName(statement.table.schema or "bronze", statement.table.name)
    definition = services.lake.head().definitions.find_relation(name)
    if definition is None:
        raise UndefinedTable(f'relation "{name}" does not exist', hint="CREATE BRONZE SOURCE ... FROM UPLOAD first.")
    if not isinstance(definition, BronzeSource) or not isinstance(definition.source, Upload):
        raise WrongObjectType(f"{name} does not take uploads", hint="COPY goes to a BRONZE SOURCE ... FROM UPLOAD.")
    require_operate(services, session, name)
    path = services.spool / f"{uuid.uuid4().hex}.upload"
    spool = _Spool(path, name, session, services)
    columns = _columns(statement, definition)
    try:
        reader, spool.options, is_binary = _reader(statement, definition, columns, spool)
    except Exception:
        spool.abort()
        raise
    spool.reader = reader
    spool.columns = list(statement.columns)
    return CopyIn(len(columns), spool, is_binary)


def _columns(statement: CopyFrom, definition: BronzeSource) -> tuple[str, ...]:
    """The names that the copy fills; checked where the source declares its columns."""
    declared = tuple(column.name for column in definition.columns)
    for at, column in enumerate(statement.columns):
        if declared and column not in declared:
            raise UndefinedColumn(f'column "{column}" of relation "{definition.name.name}" does not exist')
        if column in statement.columns[:at]:
            raise DuplicateColumn(f'column "{column}" specified more than once')
    return statement.columns or declared


def _reader(
    statement: CopyFrom, definition: BronzeSource, columns: tuple[str, ...], spool: _Spool
) -> tuple[CopyReader, dict[str, str], bool]:
    """What reads the data, the options of the load, and whether the data is binary."""
    own = {name: value for name, value in statement.options.items() if name in OWN_COPY_OPTIONS}
    given = {name: value for name, value in statement.options.items() if name not in OWN_COPY_OPTIONS}
    declared = definition.source.format if isinstance(definition.source, Upload) else None
    if is_postgres_copy(statement.options, names_columns=bool(statement.columns)):
        declared = None
    form = given.get("format", "" if declared is None else declared.name).lower()
    if form in OWN_FORMATS:
        return AsTheyCome(spool.store), dict(statement.options), False
    if "format" not in given and form:
        given["format"] = form
    options = copy_options(given, is_from=True)
    types = {column.name: data_type(column.type) for column in definition.columns}
    check_columns(options, columns, types or columns, relation=definition.name.name)
    if not (options.force_null or options.force_not_null or options.header is Header.MATCH) and (
        options.is_utf8 and options.form is not CopyForm.BINARY
    ):
        return AsTheyCome(spool.store), dict(statement.options), False
    kinds = [types[name] for name in columns] if types else None
    reader, passed = reader_for(options, columns, kinds, spool.store)
    return reader, {**passed, **own}, options.form is CopyForm.BINARY


class _Spool:
    """A file that takes the data, with a byte limit; it is gone once its load has ended, well or badly."""

    def __init__(self, path: Path, name: TableName, session: SessionContext, services: Services) -> None:
        self.reader: CopyReader = AsTheyCome(self.store)
        self.options: dict[str, str] = {}
        self.columns: list[str] = []
        self._path = path
        self._name = name
        self._session = session
        self._services = services
        self._bytes = 0
        self._file: BinaryIO = path.open("wb")

    def store(self, data: bytes) -> None:
        self._bytes += len(data)
        if self._bytes > self._services.spool_bytes_max:
            raise ProgramLimitExceeded(
                f"COPY sends more than {self._services.spool_bytes_max} bytes",
                hint="Send it in parts, or put the file in a folder and read it with CONNECTION ... FILES.",
            )
        self._file.write(data)

    def write(self, data: bytes) -> None:
        self.reader.feed(data)

    def finish(self) -> int:
        try:
            self.reader.finish()
            self._file.close()
            _cut_end_marker(self._path)
        except (OrmoluError, OSError):  # a full disk shows when the last bytes are written
            self.abort()
            raise
        reach("upload:spooled")
        request = {"path": str(self._path), "options": self.options, "columns": self.columns}
        try:
            state = run_and_wait(self._services, self._session, str(self._name), RunAction.UPLOAD, request)
            reach("upload:loaded")
        finally:
            self._path.unlink(missing_ok=True)
        return state.rows_out or 0

    def abort(self) -> None:
        try:
            self._file.close()
        finally:
            self._path.unlink(missing_ok=True)


def _cut_end_marker(path: Path) -> None:
    """Take away a last line `\\.`: psql before 17 sends it with csv data, and it ends the data in both formats."""
    with path.open("r+b") as file:
        file.seek(max(0, path.stat().st_size - END_MARKER_BYTES_MAX))
        start = file.tell()
        tail = file.read()
        line = tail.rstrip(b"\r\n")
        if line == b"\\." or line.endswith((b"\n\\.", b"\r\\.")):
            file.truncate(start + len(line) - 2)
