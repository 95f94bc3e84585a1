"""DuckDB's exceptions as PostgreSQL's conditions."""

from __future__ import annotations

import re

import duckdb

from ormolu import errors
from ormolu.disk import find_disk_full
from ormolu.errors import OrmoluError
from ormolu.stores import as_store_error

_OWN = re.compile(r"\b([0-9A-Z]{5}): (.+)", re.DOTALL)
# An error() in a place of a type: DuckDB casts what it would say.
_OWN_CAST = re.compile(r"^Could not convert string '([0-9A-Z]{5}): (.+)' to [A-Z]", re.DOTALL)
_MEMORY_HINT = "Read fewer rows or columns, or ask the administrator for a higher memory limit."

# What a message says, tried in order: the class, and the pattern that must be found in the text.
_BY_MESSAGE: tuple[tuple[type[OrmoluError], re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE | re.DOTALL))
    for kind, pattern in (
        (errors.FeatureNotSupported, r"FeatureNotSupported: "),
        (errors.DataCorrupted, r"^No magic bytes found at end of file|too small to be a Parquet file$"
                               r"|^Failed to read file .*: \w+ Decompression failure"
                               r"|^Invalid string encoding found in Parquet file"),
        (errors.InvalidRowCountInOffset, r"OFFSET cannot be negative"),
        (errors.InvalidRegularExpression, r"^missing [\])]: |^invalid (escape sequence|character class|repetition)"
                                          r"|^invalid nested repetition|^no argument for repetition"
                                          r"|^trailing \\\\"),
        (errors.InvalidParameterValue, r"Unknown TimeZone"),
        (errors.WindowingError, r"frames? must have only one ORDER BY|window function calls cannot be nested"
                                r"|(WHERE|GROUP BY|HAVING).*cannot contain window|frame start"),
        (errors.InvalidColumnReference, r"In a DISTINCT aggregate, ORDER BY expressions"),
        (errors.DatetimeFieldOverflow, r"^(Date|Time) out of range|not in timestamp range|^Timestamp .*out of range"),
        (errors.NumericValueOutOfRange, r"Failed to cast decimal|Could not cast value .* to DECIMAL"
                                        r"|is undefined outside|can only take parameters in the range"),
        (errors.InvalidDatetimeFormat, r"according to format specifier"),
        (errors.GroupingError, r"^GROUPING child"),
        (errors.DivisionByZero, r"division by zero"),
        (errors.CardinalityViolation, r"more than one row returned by a subquery"),
        (errors.GroupingError, r"must appear in the GROUP BY clause|cannot contain aggregates|aggregate.*not allowed"
                               r"|aggregate function calls cannot|window functions are not allowed"
                               r"|cannot contain window"),
        (errors.NotNullViolation, r"NOT NULL constraint failed"),
        (errors.UndefinedColumn, r"referenced column .* not found|does not have a column named"),
        (errors.AmbiguousColumn, r"ambiguous reference"),
        (errors.UndefinedTable, r"table .* does not exist|referenced table .* not found"),
        (errors.UndefinedFunction, r"no function matches|function with name .* does not exist"),
        (errors.InvalidDatetimeFormat, r"(date|timestamp|time|interval) field|invalid (date|timestamp|time|interval)"
                                       r"|could not (convert|parse).*(DATE|TIME|TIMESTAMP|INTERVAL)"
                                       r"|to (DATE|TIME|TIMESTAMP|INTERVAL)"),
        (errors.NumericValueOutOfRange, r"out of range|overflow|doesn't fit"),
    )
)  # fmt: skip

# What DuckDB's classes mean where the message says nothing more; the narrow ones come first.
_BY_CLASS: tuple[tuple[type[duckdb.Error], type[OrmoluError]], ...] = (
    (duckdb.InterruptException, errors.QueryCanceled),
    (duckdb.OutOfMemoryException, errors.OutOfMemory),
    (duckdb.OutOfRangeException, errors.NumericValueOutOfRange),
    (duckdb.ConversionException, errors.InvalidTextRepresentation),
    (duckdb.TypeMismatchException, errors.DatatypeMismatch),
    (duckdb.ParserException, errors.InvalidSyntax),
    (duckdb.SyntaxException, errors.InvalidSyntax),
    (duckdb.BinderException, errors.DatatypeMismatch),
    (duckdb.CatalogException, errors.UndefinedObject),
    (duckdb.PermissionException, errors.InsufficientPrivilege),
    (duckdb.IOException, errors.IoError),
    (duckdb.NotImplementedException, errors.FeatureNotSupported),
    (duckdb.NotSupportedError, errors.FeatureNotSupported),
    (duckdb.InvalidInputException, errors.InvalidParameterValue),
    (duckdb.ConstraintException, errors.CheckViolation),
    (duckdb.TransactionException, errors.SerializationFailure),
    (duckdb.InternalException, errors.InternalError),
)


def _all_classes(base: type[OrmoluError]) -> dict[str, type[OrmoluError]]:
    found = {base.sqlstate: base}
    for child in base.__subclasses__():
        found |= _all_classes(child)
    return found


def condition(sqlstate: str, message: str) -> OrmoluError:
    """The error of a SQLSTATE that an expression raised."""
    return _all_classes(OrmoluError).get(sqlstate, errors.DataError)(message)


def from_engine(error: duckdb.Error) -> OrmoluError:
    """The condition that an exception of the engine stands for; raise it `from` the exception."""
    text = _cleaned(str(error))
    kind = next((ours for theirs, ours in _BY_CLASS if isinstance(error, theirs)), errors.InternalError)
    if kind is errors.QueryCanceled:
        return kind("canceling statement due to user request")
    if kind is errors.OutOfMemory:
        return kind("out of memory", detail=_OUT_OF_MEMORY.sub("", text.split("\n")[0]), hint=_MEMORY_HINT)
    own = _OWN.search(text) if isinstance(error, duckdb.InvalidInputException) else _OWN_CAST.search(text)
    if own:
        return condition(own[1], own[2].split("\n")[0].strip())
    if kind is errors.IoError and _MISSING_FILE.search(text):
        return errors.UndefinedFile(text.split("\n")[0])
    if (full := find_disk_full(error)) is not None:
        return full
    if kind is errors.IoError and (of_store := as_store_error(error)):
        return of_store
    if kind in (errors.InternalError, errors.IoError):
        return kind(text.split("\n")[0])
    by_message = next((ours for ours, pattern in _BY_MESSAGE if pattern.search(text)), None)
    return (by_message or kind)(_UDF.sub("", text.split("\n")[0]))


_OUT_OF_MEMORY = re.compile(r"^Out of Memory Error: ")
_MISSING_FILE = re.compile(r"No files found that match|No such file or directory")
_UDF = re.compile(r"^Python exception occurred while executing the UDF: (?:[A-Za-z]+: )?")
_PREFIX = re.compile(r"^(INTERNAL )?[A-Z][A-Za-z]*( [A-Z][A-Za-z]*)* Error: ")


def _cleaned(text: str) -> str:
    """The message without DuckDB's class name, its excerpt of the rewritten query, and its candidates."""
    text = re.split(r"\n+LINE \d+:|\n\s*Candidate functions", text)[0]
    return _PREFIX.sub("", text).strip()
