"""DuckDB's errors as ours: the SQLSTATE that PostgreSQL would give, and a message without the engine's prefix."""

from __future__ import annotations

import re

import duckdb

from ormolu.errors import (
    DataError,
    DatatypeMismatch,
    InternalError,
    InvalidTextRepresentation,
    IoError,
    NotNullViolation,
    NumericValueOutOfRange,
    OrmoluError,
    OutOfMemory,
    QueryCanceled,
    UndefinedFile,
)

# The first class that matches decides, so the narrow ones come first.
_CLASSES: tuple[tuple[type[duckdb.Error], type[OrmoluError]], ...] = (
    (duckdb.InterruptException, QueryCanceled),
    (duckdb.OutOfMemoryException, OutOfMemory),
    (duckdb.OutOfRangeException, NumericValueOutOfRange),
    (duckdb.ConversionException, InvalidTextRepresentation),
    (duckdb.TypeMismatchException, DatatypeMismatch),
    (duckdb.ConstraintException, NotNullViolation),
    (duckdb.InvalidInputException, DataError),
    (duckdb.IOException, IoError),
)
_PREFIX = re.compile(r"^[A-Z][A-Za-z ]*(Error|Exception): ")
_MISSING_FILE = re.compile(r"No files found that match|No such file or directory")


def translated(error: duckdb.Error) -> OrmoluError:
    """The error to raise in place of DuckDB's own; one that no user can mend becomes an internal error."""
    text = _PREFIX.sub("", str(error))
    message = text.split("\n")[0].strip()
    if isinstance(error, duckdb.InterruptException):
        return QueryCanceled("canceling statement due to user request")
    if isinstance(error, duckdb.IOException) and _MISSING_FILE.search(text):
        return UndefinedFile(message)
    for engine_class, our_class in _CLASSES:
        if isinstance(error, engine_class):
            return our_class(message, detail=text if text != message else None)
    return InternalError(message, detail=text)
