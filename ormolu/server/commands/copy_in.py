"""COPY ... FROM STDIN: spool what the client sends, then load it as one run."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import BinaryIO

from ormolu.definitions import BronzeSource, TableName, Upload
from ormolu.errors import FeatureNotSupported, ProgramLimitExceeded, UndefinedTable, WrongObjectType
from ormolu.scheduler.runs import RunAction
from ormolu.server.commands.access import require_operate
from ormolu.server.commands.services import Services
from ormolu.server.commands.waiting import run_and_wait
from ormolu.server.context import SessionContext
from ormolu.server.outcomes import CopyIn, Outcome
from ormolu.sql_extensions.statements import CopyFrom

END_MARKER_BYTES_MAX = 8


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
    if statement.options.get("format", "text").lower() == "binary":
        raise FeatureNotSupported("COPY FROM in binary format is not supported yet", hint="Use csv or text.")
    path = services.spool / f"{uuid.uuid4().hex}.upload"
    return CopyIn(len(statement.columns) or len(definition.columns), _Spool(path, statement, name, session, services))


class _Spool:
    """A file that takes the data, with a byte limit; it is gone once its load has ended, well or badly."""

    def __init__(
        self, path: Path, statement: CopyFrom, name: TableName, session: SessionContext, services: Services
    ) -> None:
        self._path = path
        self._statement = statement
        self._name = name
        self._session = session
        self._services = services
        self._bytes = 0
        self._file: BinaryIO = path.open("wb")

    def write(self, data: bytes) -> None:
        self._bytes += len(data)
        if self._bytes > self._services.spool_bytes_max:
            raise ProgramLimitExceeded(
                f"COPY sends more than {self._services.spool_bytes_max} bytes",
                hint="Send it in parts, or put the file in a folder and read it with CONNECTION ... FILES.",
            )
        self._file.write(data)

    def finish(self) -> int:
        self._file.close()
        _cut_end_marker(self._path)
        try:
            state = run_and_wait(
                self._services,
                self._session,
                str(self._name),
                RunAction.UPLOAD,
                {
                    "path": str(self._path),
                    "options": dict(self._statement.options),
                    "columns": list(self._statement.columns),
                },
            )
        finally:
            self._path.unlink(missing_ok=True)
        return state.rows_out or 0

    def abort(self) -> None:
        self._file.close()
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
