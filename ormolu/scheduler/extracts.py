"""Bring a source's rows into Parquet on this machine, each value as it came, and learn what types hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path

from ormolu.connectors.formats import (
    FILE_COLUMN,
    LINE_BYTES_MAX,
    FileFormat,
    TextHead,
    broken_file,
    delimited_query,
    json_query,
    parquet_query,
    read_head,
    refuse_wide_decimals,
    zero_byte,
)
from ormolu.connectors.source import Extract
from ormolu.definitions import Column
from ormolu.engine.jobs import JobEngine
from ormolu.engine.parquet_copies import identifier, literal
from ormolu.errors import (
    BadCopyFileFormat,
    DatetimeFieldOverflow,
    FeatureNotSupported,
    InvalidDatetimeFormat,
    InvalidTextRepresentation,
    NumericValueOutOfRange,
    OrmoluError,
)
from ormolu.medallion.columns import StoredColumn
from ormolu.medallion.evolution import ObservedColumn
from ormolu.medallion.inference import (
    SAMPLE_ROWS,
    TEXT,
    UNPRINTABLE,
    Evidence,
    attempt,
    evidence,
    evidence_query,
    proved,
)
from ormolu.sql_extensions.types import DataType, data_type, from_duckdb

FILES_AT_ONCE = 2_000
SMALL_BYTES = 1024 * 1024
SAMPLE_FILES = 100
COLUMNS_TOGETHER_MAX = 40
SAMPLE = "ormolu_sample"
DEFERRED_BYTES = 16 * 1024 * 1024  # smaller files gain nothing from being written one by one
BUSY_SHARE = 1.4  # of an even share of all bytes: the most that one file may have, or threads wait for it
ATTEMPT = "__ormolu_typed_"
ROW = '"ormolu:row"'  # of a staged batch, from 0
JSON = data_type("json")
_INTEGERS = ("int2", "int4", "int8")
_WHOLE = "[+-]?[0-9]+(\\.0*)?"
MISREAD = (InvalidTextRepresentation, InvalidDatetimeFormat, DatetimeFieldOverflow, NumericValueOutOfRange)
# Read once and thrown away: neither compression nor dictionaries pay (a quarter of the time to write).
STAGE_OPTIONS = "FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1"


@dataclass(frozen=True, slots=True)
class LoadUnit:
    """A file to read and the load its rows belong to."""

    location: str
    path: str
    modified_at: datetime | None
    load_id: int
    bytes: int = 0
    title: str | None = None  # what messages call a file that the user knows by no path


@dataclass(frozen=True, slots=True)
class StagedBatch:
    """Rows waiting in Parquet: the source's columns, FILE_COLUMN where `units` are several, in order of the source."""

    location: str
    rows: int
    columns: tuple[ObservedColumn, ...]
    source_id: str
    load_id: int
    units: tuple[LoadUnit, ...] = ()
    # SQL that reads and proves one file while it is written, instead of `location`; `rows` is then the most it can be.
    query: str | None = None

    @property
    def has_file_column(self) -> bool:
        return len(self.units) > 1


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known of the columns beforehand: the declaration, and what earlier loads pinned."""

    declared: tuple[Column, ...] = ()
    pinned: tuple[StoredColumn, ...] = ()

    def declared_type(self, name: str) -> DataType | None:
        for column in self.declared:
            names = [column.name, *column.sources, *([column.formerly] if column.formerly else [])]
            wanted = column.sources or names
            if name.lower() in (each.lower() for each in wanted):
                return data_type(column.type)
        return None

    def pinned_type(self, name: str) -> DataType | None:
        found = (column.type for column in self.pinned if column.name.lower() == name.lower())
        return next(found, None)


class Stager:
    """Stages into one folder; one run's."""

    def __init__(self, engine: JobEngine, folder: Path, expected: Expected) -> None:
        self._engine = engine
        self._folder = folder
        self._expected = expected
        self._numbers = count(1)

    def files(
        self, units: Sequence[LoadUnit], kind: FileFormat, source_id: str, *, may_defer: bool = False
    ) -> list[StagedBatch]:
        """Stage files; those with the same columns go together. `may_defer` lets large ones be read when written."""
        match kind.name:
            case "csv":
                return self._delimited(units, kind, source_id, may_defer=may_defer)
            case "parquet":
                return [batch for unit in units for batch in self._parquet(unit, source_id)]
            case _:
                found = [self._json(group, kind.name, source_id) for group in _groups(units)]
                return [batch for batch in found if batch.columns]

    def extract(self, extract: Extract, source_id: str, load_id: int) -> StagedBatch:
        """Stage what a database yields."""
        expected = {column.name: column.type for column in extract.columns}
        texts = {
            name: self._expected.declared_type(name) or self._expected.pinned_type(name) or kind
            for name, kind in expected.items()
            if name in extract.text_columns
        }
        source = f"({extract.sql})"
        location, rows, observed = self._staged(source, tuple(expected), texts, extract.parameters)
        known = tuple(
            observed[name] if name in observed else ObservedColumn(name, kind) for name, kind in expected.items()
        )
        self._refuse_zero_bytes(location, known, source_id)
        return StagedBatch(location, rows, known, source_id, load_id)

    def named(self, unit: LoadUnit, kind: FileFormat, names: Sequence[str], source_id: str) -> list[StagedBatch]:
        """Stage a delimited file whose columns are named by the statement."""
        head = read_head(Path(unit.location), kind.dialect, title=unit.title)
        if head is None:
            return []
        if names and len(names) != len(head.names):
            raise BadCopyFileFormat(
                f"{unit.title or unit.path}, line 1: {len(head.names)} columns where {len(names)} are expected",
                hint="The columns of COPY and of the data must agree; is the delimiter right?",
            )
        return self._text_groups((unit,), replace(head, names=tuple(names) or head.names), kind, source_id)

    def _delimited(
        self, units: Sequence[LoadUnit], kind: FileFormat, source_id: str, *, may_defer: bool
    ) -> list[StagedBatch]:
        groups: dict[TextHead, list[LoadUnit]] = {}
        for unit in units:
            head = read_head(Path(unit.location), kind.dialect, title=unit.title)
            if head is None:
                continue
            groups.setdefault(head, []).append(unit)
        if may_defer and _keeps_threads_busy(units, self._engine.threads):
            return [batch for head, group in groups.items() for batch in self._deferred(group, head, kind, source_id)]
        return [batch for head, group in groups.items() for batch in self._text_groups(group, head, kind, source_id)]

    def _text_groups(
        self, units: Sequence[LoadUnit], head: TextHead, kind: FileFormat, source_id: str
    ) -> list[StagedBatch]:
        guesses = self._sampled(units, head, kind)
        return [self._text_files(part, head, kind, source_id, guesses) for part in _groups(units)]

    def _sampled(self, units: Sequence[LoadUnit], head: TextHead, kind: FileFormat) -> dict[str, DataType]:
        """What rows of some of the files show, taken from all over the list."""
        paths = [unit.location for unit in units[:: -(-len(units) // SAMPLE_FILES)]]
        query = delimited_query(paths, head, kind.dialect, largest_bytes=_largest(units))
        return self._guesses(head.names, f"({query})", paths, title=units[0].title)

    def _deferred(
        self, units: Sequence[LoadUnit], head: TextHead, kind: FileFormat, source_id: str
    ) -> list[StagedBatch]:
        """Batches that nothing has read but a sample of their rows; writing one fails where its types do not hold."""
        guesses = self._sampled(units, head, kind)
        columns = tuple(ObservedColumn(name, guesses[name]) for name in head.names)
        attempts = {name: guesses[name] for name in head.names if self._is_proved(name, guesses)}
        selected = ", ".join(f"{self._typed(name, guesses)} AS {identifier(name)}" for name in head.names)
        batches = []
        for unit in units:
            source = _attempted(f"({delimited_query([unit.location], head, kind.dialect)})", attempts)
            query = f"SELECT {selected}, row_number() OVER () - 1 AS {ROW} FROM {source} AS texts"  # noqa: S608
            # Each value of a row takes at least the byte that ends it.
            most = unit.bytes // len(head.names) + 1
            batches.append(StagedBatch("", most, columns, source_id, unit.load_id, (unit,), query))
        return batches

    def _text_files(
        self,
        units: Sequence[LoadUnit],
        head: TextHead,
        kind: FileFormat,
        source_id: str,
        guesses: Mapping[str, DataType],
    ) -> StagedBatch:
        paths = [unit.location for unit in units]
        source = f"({delimited_query(paths, head, kind.dialect, largest_bytes=_largest(units))})"
        kept = (FILE_COLUMN,) if len(units) > 1 else ()
        try:
            with self._engine.one_thread() if _are_small(units) else nullcontext():
                location, rows, observed = self._staged(source, head.names, guesses, (), kept)
        except MISREAD as error:
            raise self._located(error, source, head.names, units) from error
        except OrmoluError as error:
            raise broken_file(error, paths, title=units[0].title) from error
        columns = tuple(observed[name] for name in head.names)
        return StagedBatch(location, rows, columns, source_id, units[0].load_id, tuple(units))

    def _json(self, units: Sequence[LoadUnit], kind: str, source_id: str) -> StagedBatch:
        paths = [unit.location for unit in units]
        try:
            query, names = json_query(paths, kind, self._engine)
            if not names:
                return StagedBatch("", 0, (), source_id, units[0].load_id, tuple(units))
            source = f"({query})"
            guesses = self._guesses(names, source, paths, title=units[0].title)
            kept = (FILE_COLUMN,) if len(units) > 1 else ()
            location, rows, observed = self._staged(source, names, guesses, (), kept)
        except MISREAD as error:
            raise self._located(error, source, names, units) from error
        except OrmoluError as error:
            raise broken_file(error, paths, title=units[0].title) from error
        columns = tuple(observed[name] for name in names)
        self._refuse_zero_bytes(location, columns, units[0].title or units[0].path)
        return StagedBatch(location, rows, columns, source_id, units[0].load_id, tuple(units))

    def _parquet(self, unit: LoadUnit, source_id: str) -> list[StagedBatch]:
        """A Parquet file is its own stage, unless it holds structs or maps: these are staged as JSON."""
        query = parquet_query([unit.location])
        try:
            refuse_wide_decimals(unit.location, self._engine, title=unit.title or unit.path)
            columns = [(name, kind) for name, kind in self._engine.describe(query) if name != FILE_COLUMN]
            ((rows,),) = self._engine.rows(f"SELECT count(*) FROM ({query})")  # noqa: S608 - our own query
        except FeatureNotSupported:
            raise
        except OrmoluError as error:
            raise broken_file(error, [unit.location], title=unit.title) from error
        observed = tuple(
            ObservedColumn(name, JSON if _is_record(kind) else from_duckdb(kind)) for name, kind in columns
        )
        location = unit.location
        if any(_is_record(kind) for _, kind in columns):
            values = [(name, _json(name) if _is_record(kind) else identifier(name)) for name, kind in columns]
            location, rows = self._write(f"({query})", values, (), ())
        self._refuse_zero_bytes(location, observed, unit.title or unit.path)
        return [StagedBatch(location, int(rows), observed, source_id, unit.load_id, (unit,))]

    def _refuse_zero_bytes(self, location: str, columns: Sequence[ObservedColumn], title: str) -> None:
        """PostgreSQL's text holds no zero bytes, and its clients would end a value there."""
        texts = [column.name for column in columns if column.type.stored == "VARCHAR"]
        if not texts:
            return
        checks = ", ".join(f"coalesce(bool_or(contains({identifier(name)}, chr(0))), false)" for name in texts)
        (row,) = self._engine.rows(f"SELECT {checks} FROM read_parquet({literal(location)})")  # noqa: S608 - quoted
        for name, is_found in zip(texts, row, strict=True):
            if is_found:
                raise zero_byte(title, f'It stands in the column "{name}".')

    def _guesses(
        self, names: Sequence[str], source: str, paths: Sequence[str], *, title: str | None
    ) -> dict[str, DataType]:
        """The type each column is expected to hold: declared, pinned, or what a sample shows."""
        guesses: dict[str, DataType] = {}
        unknown: list[str] = []
        for name in names:
            known = self._expected.declared_type(name) or self._expected.pinned_type(name)
            if known is None:
                unknown.append(name)
            else:
                guesses[name] = known
        if unknown:
            try:
                # Kept first: rows of many small files come a few at a time, and each time costs as much as many rows.
                self._engine.execute(
                    f"CREATE OR REPLACE TEMP TABLE {SAMPLE} AS SELECT * FROM {source} LIMIT {SAMPLE_ROWS}"  # noqa: S608
                )
                found = self._evidence(unknown, SAMPLE)
            except OrmoluError as error:
                raise broken_file(error, paths, title=title) from error
            guesses |= {item.column: item.type for item in found}
        return guesses

    def _evidence(self, names: Sequence[str], source: str) -> list[Evidence]:
        """What the columns hold, a few at a time: the engine plans a query in the square of its expressions."""
        found: list[Evidence] = []
        for start in range(0, len(names), COLUMNS_TOGETHER_MAX):
            part = names[start : start + COLUMNS_TOGETHER_MAX]
            (row,) = self._engine.rows(evidence_query(part, source))
            found += evidence(part, row)
        return found

    def _staged(
        self,
        source: str,
        names: Sequence[str],
        texts: Mapping[str, DataType],
        parameters: Sequence[object],
        kept: Sequence[str] = (),
    ) -> tuple[str, int, dict[str, ObservedColumn]]:
        """Write once with every text proved to be of its type; again as text, looked at whole, where one is not."""
        expressions = {name: self._typed(name, texts) for name in names}
        attempts = {name: texts[name] for name in names if self._is_proved(name, texts)}
        try:
            location, rows = self._write(_attempted(source, attempts), [*expressions.items()], kept, parameters)
        except OrmoluError as error:
            if UNPRINTABLE not in (error.detail or error.message):
                raise
            plain = [(name, identifier(name) if self._is_free(name) else expressions[name]) for name in names]
            location, rows = self._write(source, plain, kept, parameters)
            return location, rows, self._looked_at(location, [name for name in texts if self._is_free(name)], texts)
        unsure = [name for name in texts if self._is_free(name) and texts[name] == TEXT]
        unsure = [name for name in unsure if self._expected.pinned_type(name) is None]
        observed = {name: ObservedColumn(name, kind) for name, kind in texts.items()}
        if unsure and parameters:
            # A database's texts were not sampled beforehand.
            observed |= {item.name: item for item in self._looked_at(location, unsure, {}).values()}
        return location, rows, observed

    def _is_free(self, name: str) -> bool:
        return self._expected.declared_type(name) is None

    def _is_proved(self, name: str, texts: Mapping[str, DataType]) -> bool:
        return name in texts and texts[name].stored != "VARCHAR" and self._is_free(name)

    def _typed(self, name: str, texts: Mapping[str, DataType]) -> str:
        kind = texts.get(name)
        if kind is None or kind.stored == "VARCHAR":
            return identifier(name)
        if self._is_free(name):
            return proved(name, kind, identifier(ATTEMPT + name))
        if kind.dimensions:
            return _array(identifier(name), kind)
        if kind.scalar.name == "bytea":
            return _bytes(identifier(name))
        return f"CAST({_read_as(identifier(name), kind)} AS {kind.duckdb})"

    def _write(
        self, source: str, columns: Sequence[tuple[str, str]], kept: Sequence[str], parameters: Sequence[object]
    ) -> tuple[str, int]:
        self._folder.mkdir(parents=True, exist_ok=True)
        location = str(self._folder / f"stage-{next(self._numbers)}.parquet")
        selected = [f"{expression} AS {identifier(name)}" for name, expression in columns]
        selected += [identifier(name) for name in kept]
        ((rows,),) = self._engine.rows(
            f"COPY (SELECT {', '.join(selected) or '1 AS nothing'} FROM {source} AS staged) "  # noqa: S608 - quoted
            f"TO {literal(location)} ({STAGE_OPTIONS})",
            parameters,
        )
        return location, int(rows)

    def _looked_at(
        self, location: str, names: Sequence[str], guesses: Mapping[str, DataType]
    ) -> dict[str, ObservedColumn]:
        """What whole columns of a stage hold."""
        observed = {name: ObservedColumn(name, kind) for name, kind in guesses.items()}
        if names:
            for item in self._evidence(names, f"read_parquet({literal(location)})"):
                observed[item.column] = ObservedColumn(item.column, item.type, is_empty=item.values == 0)
        return observed

    def _located(self, error: OrmoluError, source: str, names: Sequence[str], units: Sequence[LoadUnit]) -> OrmoluError:
        """Which value of which file cannot be of its declared type."""
        for name in names:
            kind = self._expected.declared_type(name)
            if kind is None or kind.stored == "VARCHAR":
                continue
            value = identifier(name)
            is_literal = f"starts_with(CAST({value} AS VARCHAR), '{{')" if kind.dimensions else "false"
            found = self._engine.rows(
                f"SELECT row, {FILE_COLUMN}, {value} FROM (SELECT {FILE_COLUMN}, {value}, "  # noqa: S608 - quoted
                f"row_number() OVER (PARTITION BY {FILE_COLUMN}) AS row FROM {source}) WHERE {value} IS NOT NULL "
                f"AND NOT {is_literal} AND TRY_CAST({_read_as(value, kind)} AS {kind.duckdb}) IS NULL LIMIT 1"
            )
            if found:
                row, location, text = found[0]
                unit = next((unit for unit in units if unit.location == location), None)
                path = location if unit is None else unit.title or unit.path
                is_beyond = isinstance(error, NumericValueOutOfRange)
                words = "value out of range for type" if is_beyond else "invalid input syntax for type"
                return type(error)(
                    f'{path}, row {row}: {words} {kind}: "{str(text)[:100]}"',
                    detail=f'It stands in the column "{name}".',
                    hint=f"Declare {name} as text and repair it in silver, or mend the file.",
                )
        return error


def _is_record(kind: str) -> bool:
    """Whether a DuckDB type has structs, maps or unions in it, whose text is no JSON."""
    return any(word in kind for word in ("STRUCT(", "MAP(", "UNION("))


def _json(name: str) -> str:
    return f"CAST(to_json({identifier(name)}) AS VARCHAR)"


def _array(value: str, kind: DataType) -> str:
    """PostgreSQL's array literal is read as such; anything else is the engine's own list, or its text."""
    text = f"CAST({value} AS VARCHAR)"
    read = f"CAST(CAST(pg_array_json({text}, {literal(str(kind))}) AS JSON) AS {kind.duckdb})"
    return f"CASE WHEN starts_with({text}, '{{') THEN {read} ELSE CAST({value} AS {kind.duckdb}) END"


def _read_as(value: str, kind: DataType) -> str:
    """The text that is cast: the engine alone would take 1.5 for 2, and 0x10 for 16."""
    if kind.dimensions or kind.scalar.name not in _INTEGERS:
        return value
    text = f"CAST({value} AS VARCHAR)"
    return f"CASE WHEN regexp_full_match(trim({text}), {literal(_WHOLE)}) THEN {text} ELSE {text} || '?' END"


def _bytes(value: str) -> str:
    """PostgreSQL's hex form is read as such: the engine's own cast would take only the first byte of it."""
    text = f"CAST({value} AS VARCHAR)"
    is_hex = f"typeof({value}) = 'VARCHAR' AND starts_with({text}, '\\x')"
    return f"CASE WHEN {is_hex} THEN from_hex(substr({text}, 3)) ELSE CAST({value} AS BLOB) END"


def _attempted(source: str, attempts: Mapping[str, DataType]) -> str:
    """The source with each cast made once, beside the text that it is compared with."""
    if not attempts:
        return source
    casts = [f"{attempt(identifier(name), kind)} AS {identifier(ATTEMPT + name)}" for name, kind in attempts.items()]
    return f"(SELECT *, {', '.join(casts)} FROM {source} AS texts)"  # noqa: S608 - names are quoted


def _groups(units: Sequence[LoadUnit]) -> list[Sequence[LoadUnit]]:
    return [units[start : start + FILES_AT_ONCE] for start in range(0, len(units), FILES_AT_ONCE)]


def _keeps_threads_busy(units: Sequence[LoadUnit], threads: int) -> bool:
    """Whether files written side by side, each on one thread, are large and even enough to beat staging."""
    sizes = [unit.bytes for unit in units]
    is_plain = not any(unit.location.endswith(".gz") for unit in units)
    return is_plain and min(sizes) >= DEFERRED_BYTES and max(sizes) * threads <= sum(sizes) * BUSY_SHARE


def _largest(units: Sequence[LoadUnit]) -> int:
    """The size of the largest file; LINE_BYTES_MAX where one's size is not known, or not that of its text."""
    is_known = all(unit.bytes and not unit.location.endswith(".gz") for unit in units)
    return max(unit.bytes for unit in units) if is_known else LINE_BYTES_MAX


def _are_small(units: Sequence[LoadUnit]) -> bool:
    """Whether there are many files of a few rows each."""
    return len(units) > 1 and sum(unit.bytes for unit in units) < SMALL_BYTES * len(units)
