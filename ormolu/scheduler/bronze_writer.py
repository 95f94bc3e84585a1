"""Write staged rows as the files of a bronze table: source columns in their types, system columns beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlglot import exp

from ormolu.catalog.lake import IcebergTable, copy_field_ids
from ormolu.connectors.formats import FILE_COLUMN
from ormolu.engine.jobs import JobEngine
from ormolu.engine.parquet_copies import identifier, literal
from ormolu.engine.sorted_parts import SortTerm
from ormolu.errors import DatatypeMismatch
from ormolu.medallion.casts import converted
from ormolu.medallion.columns import PartitionField, StoredColumn
from ormolu.medallion.evolution import Evolution, LoadedColumn, common_type
from ormolu.medallion.files import WrittenFile
from ormolu.medallion.layout import Layout
from ormolu.scheduler.bronze_content import parquet_files
from ormolu.scheduler.extracts import ROW, LoadUnit, StagedBatch

UNITS = "ormolu_units"
KNOWN_HASHES = "ormolu_known_hashes"
HASH = "_hash"


@dataclass(frozen=True, slots=True)
class Target:
    """The table's columns with field ids, and where its new files go."""

    columns: tuple[StoredColumn, ...]
    partition_by: tuple[PartitionField, ...]
    directory: str
    layout: Layout
    order_by: tuple[SortTerm, ...] = ()  # of rows within each file

    @property
    def system(self) -> tuple[StoredColumn, ...]:
        return tuple(column for column in self.columns if column.is_hidden)


@dataclass(slots=True)
class Written:
    """What the batches of one load became."""

    files: list[WrittenFile] = field(default_factory=list)
    rows: int = 0
    rows_by_location: dict[str, int] = field(default_factory=dict)


class BronzeWriter:
    """Gives row ids in the order of the source, from `first_row_id` on."""

    def __init__(
        self,
        engine: JobEngine,
        target: Target,
        evolution: Evolution,
        *,
        loaded_at: datetime,
        first_row_id: int,
        hashes: bool,
        key: Sequence[str],
    ) -> None:
        self._engine = engine
        self._target = target
        self._evolution = evolution
        self._loaded_at = loaded_at
        self.next_row_id = first_row_id
        self._hashes = hashes
        self._key = tuple(key)
        self.written = Written()

    def write(self, batch: StagedBatch, *, skips_known: bool) -> int:
        """Add a batch; the number of rows written. `skips_known` leaves out rows whose hash KNOWN_HASHES has."""
        if not batch.rows:
            return 0
        self._engine.execute(f"CREATE OR REPLACE TEMP TABLE {UNITS} AS {_units_sql(batch.units)}")
        rows = self._rows_sql(batch)
        if skips_known:
            rows = self._without_known(rows)
        files = self._engine.write_parquet(
            rows,
            directory=self._target.directory,
            field_ids=copy_field_ids(self._target.columns),
            partition_by=self._target.partition_by,
            order_by=self._target.order_by,
            layout=self._target.layout,
        )
        written = sum(file.rows for file in files)
        self.written.files.extend(files)
        self.written.rows += written
        self._count(batch, written)
        self.next_row_id += batch.rows
        return written

    def write_together(self, batches: Sequence[StagedBatch]) -> None:
        """Read, prove and write files that were not staged; row ids leave gaps between them."""
        queries = []
        for batch in batches:
            queries.append(self._rows_sql(batch))
            self.next_row_id += batch.rows
        found = self._engine.write_parquet_together(
            queries,
            directory=self._target.directory,
            field_ids=copy_field_ids(self._target.columns),
            partition_by=self._target.partition_by,
            order_by=self._target.order_by,
            layout=self._target.layout,
        )
        for batch, files in zip(batches, found, strict=True):
            rows = sum(file.rows for file in files)
            self.written.files.extend(files)
            self.written.rows += rows
            self._count(batch, rows)

    def _count(self, batch: StagedBatch, written: int) -> None:
        if not batch.has_file_column:
            for unit in batch.units:
                self.written.rows_by_location[unit.location] = written
            return
        counts = self._engine.rows(
            f"SELECT {FILE_COLUMN}, count(*) FROM read_parquet({literal(batch.location)}) GROUP BY ALL"  # noqa: S608
        )
        self.written.rows_by_location |= {unit.location: 0 for unit in batch.units}
        self.written.rows_by_location |= {str(location): int(count) for location, count in counts}

    def _rows_sql(self, batch: StagedBatch) -> str:
        loaded = {column.column.name: column for column in self._evolution.columns}
        origins = {column.name.lower(): column.name for column in batch.columns}
        selected = []
        for column in self._target.columns:
            name = identifier(column.name)
            if column.is_hidden:
                selected.append(f"{self._system(column.name, batch)} AS {name}")
            else:
                value = _value(loaded[column.name], origins)
                selected.append(f"CAST({value} AS {column.type.stored}) AS {name}")
        source = f"{_numbered(batch)} AS staged"
        if batch.has_file_column:
            first = (
                f"(SELECT {FILE_COLUMN} AS location, min({ROW}) AS first_row FROM "  # noqa: S608 - quoted
                f"{_numbered(batch)} GROUP BY ALL) AS firsts"
            )
            source += f" JOIN {first} ON staged.{FILE_COLUMN} = firsts.location"
            source += f" JOIN {UNITS} AS unit ON unit.location = firsts.location"
        return f"SELECT {', '.join(selected)} FROM {source}"  # noqa: S608 - names and values are quoted

    def _system(self, name: str, batch: StagedBatch) -> str:
        unit = batch.units[0] if len(batch.units) == 1 else None
        match name:
            case "_row_id":
                return f"{self.next_row_id} + staged.{ROW}"
            case "_load_id":
                return "unit.load_id" if batch.has_file_column else f"{batch.load_id}::BIGINT"
            case "_loaded_at":
                return _moment(self._loaded_at)
            case "_source_file":
                return "unit.path" if batch.has_file_column else (literal(unit.path) if unit else "NULL::VARCHAR")
            case "_file_modified":
                return "unit.modified_at" if batch.has_file_column else _moment(unit.modified_at if unit else None)
            case "_row_number":
                number = f"staged.{ROW} + 1"
                return f"{number} - firsts.first_row" if batch.has_file_column else number
            case "_hash":
                return self._hash(batch) if self._hashes else "NULL::VARCHAR"
            case "load_date":
                return f"DATE '{self._loaded_at.date().isoformat()}'"
            case _:
                return literal(batch.source_id)

    def _hash(self, batch: StagedBatch) -> str:
        """md5 over field id, length and text of each value; NULLs are left out, so a new column changes nothing."""
        loaded = {column.column.name: column for column in self._evolution.columns}
        origins = {column.name.lower(): column.name for column in batch.columns}
        return _row_hash(
            self._target.columns,
            lambda column: f"CAST({_value(loaded[column.name], origins)} AS {column.type.stored})",
        )

    def _without_known(self, rows: str) -> str:
        names = ", ".join(identifier(column.name) for column in self._target.columns)
        same = " AND ".join(
            f"known.{identifier(name)} IS NOT DISTINCT FROM fresh.{identifier(name)}" for name in self._key
        )
        joined = f"{same} AND " if same else ""
        return (
            f"SELECT {names} FROM ({rows}) AS fresh WHERE NOT EXISTS (SELECT 1 FROM {KNOWN_HASHES} AS known "  # noqa: S608
            f"WHERE {joined}known._hash = fresh._hash) ORDER BY _row_id"
        )


def _numbered(batch: StagedBatch) -> str:
    """A batch's rows, numbered from 0 in their order."""
    if batch.query is not None:
        return f"({batch.query})"
    file = literal(batch.location)
    if any(column.name.lower() == "file_row_number" for column in batch.columns):  # which DuckDB gives no other meaning
        return f"(SELECT *, row_number() OVER () - 1 AS {ROW} FROM read_parquet({file}))"  # noqa: S608 - quoted
    return f"(SELECT *, file_row_number AS {ROW} FROM read_parquet({file}, file_row_number = true))"  # noqa: S608


def _value(column: LoadedColumn, origins: Mapping[str, str]) -> str:
    names = () if column.origin is None else (column.origin, *column.aliases)
    for name in names:
        if name.lower() in origins:
            return f"staged.{identifier(origins[name.lower()])}"
    return f"({column.default})" if column.default is not None else "NULL"


def _row_hash(columns: Sequence[StoredColumn], stored: Callable[[StoredColumn], str]) -> str:
    parts = []
    for column in sorted(columns, key=lambda each: each.field_id):
        if column.is_hidden:
            continue
        value = f"CAST({stored(column)} AS VARCHAR)"
        parts.append(f"'{column.field_id}:' || length({value}) || ':' || {value}")
    return f"md5(concat({', '.join(parts) or literal('')}))"


def _moment(at: datetime | None) -> str:
    return "NULL::TIMESTAMPTZ" if at is None else f"TIMESTAMPTZ '{at.isoformat(sep=' ')}'"


def _units_sql(units: Sequence[LoadUnit]) -> str:
    if not units:
        return "SELECT NULL::VARCHAR AS location, NULL::VARCHAR AS path, NULL::TIMESTAMPTZ AS modified_at, 0 AS load_id"
    rows = ", ".join(
        f"({literal(unit.location)}, {literal(unit.path)}, {_moment(unit.modified_at)}, {unit.load_id}::BIGINT)"
        for unit in units
    )
    return f"SELECT * FROM (VALUES {rows}) AS unit(location, path, modified_at, load_id)"  # noqa: S608 - quoted


def retype(engine: JobEngine, table: IcebergTable, target: Target, *, hashes: bool) -> tuple[WrittenFile, ...]:
    """A table's rows in the types of `target`: written again where Iceberg cannot read the older files in them.

    Every row and its ids stay as they are; its hash is that which the source's row has from now on. 42804 where a value
    has no place in its column's new type.
    """
    if not table.files:
        return ()
    _refuse_what_does_not_fit(engine, table, target)
    if not any(_is_made_anew(table, column, hashes=hashes) for column in target.columns):
        return ()
    stored = {column.name: _stored(table, column) for column in target.columns}
    fresh = _row_hash(target.columns, lambda column: stored[column.name])
    stored = {
        name: f"CASE WHEN _hash IS NOT NULL THEN {fresh} END" if name == HASH else value
        for name, value in stored.items()
    }
    selected = [f"{value} AS {identifier(name)}" for name, value in stored.items()]
    source = table.source().sql(dialect="duckdb")
    return engine.write_parquet(
        f"SELECT {', '.join(selected)} FROM ({source}) AS older",  # noqa: S608 - trees of our own
        directory=f"{target.directory}/rewritten",
        field_ids=copy_field_ids(target.columns),
        partition_by=target.partition_by,
        layout=target.layout,
    )


def _is_made_anew(table: IcebergTable, column: StoredColumn, *, hashes: bool) -> bool:
    """Whether older files hold the column under a field id that it no longer has, or hashes over another text."""
    known = table.find_column(column.name)
    if known is None:
        return False
    is_printed_otherwise = hashes and (known.type.scalar.name, column.type.scalar.name) == ("float4", "float8")
    return known.field_id != column.field_id or is_printed_otherwise


def _retyped(table: IcebergTable, column: StoredColumn) -> exp.Expr:
    known = table.find_column(column.name)
    value = exp.column(exp.to_identifier(column.name, quoted=True))
    return exp.null() if known is None else converted(value, given=known.type, wanted=column.type)


def _stored(table: IcebergTable, column: StoredColumn) -> str:
    return exp.cast(_retyped(table, column), column.type.stored, dialect="duckdb").sql(dialect="duckdb")


def _refuse_what_does_not_fit(engine: JobEngine, table: IcebergTable, target: Target) -> None:
    narrowed = []
    for column in target.columns:
        known = table.find_column(column.name)
        if known is not None and known.type != column.type and common_type(known.type, column.type) != column.type:
            narrowed.append((known, column))
    if not narrowed:
        return
    source = table.source(columns=[known.name for known, _ in narrowed])
    counts = [
        exp.func("count_if", exp.and_(exp.column(known.name, quoted=True).is_(exp.null()).not_(), _lost(table, column)))
        for known, column in narrowed
    ]
    ((*lost,),) = engine.rows(exp.select(*counts).from_(source.subquery("older")).sql(dialect="duckdb"))
    for (known, column), rows in zip(narrowed, lost, strict=True):
        if rows:
            raise DatatypeMismatch(
                f'{rows} values of column "{column.name}" of {table.name}, {known.type} so far, are no {column.type}',
                hint=f"Leave it {known.type} here and cast it in silver, where what cannot be cast is quarantined.",
            )


def _lost(table: IcebergTable, column: StoredColumn) -> exp.Expr:
    return _retyped(table, column).is_(exp.null())


def known_hashes(
    table: IcebergTable, key: Sequence[str], excluded: Sequence[int], retyped: Sequence[WrittenFile]
) -> str:
    """SQL of KNOWN_HASHES: the hash of the latest row of each key, or every hash where there is no key.

    Of rows that this load has `retyped` the hash that they have now.
    """
    columns = [*key, HASH, "_row_id", *(["_load_id"] if "_load_id" not in key else [])]
    source = f"({table.source(columns=columns).sql(dialect='duckdb')})"
    if retyped:
        source = parquet_files([file.path for file in retyped])
    shown = f"WHERE _load_id NOT IN ({', '.join(map(str, excluded))})" if excluded else ""
    if not key:
        return f"SELECT DISTINCT _hash FROM {source} {shown}"  # noqa: S608 - a tree of our own
    names = ", ".join(map(identifier, key))
    return f"SELECT {names}, arg_max(_hash, _row_id) AS _hash FROM {source} {shown} GROUP BY {names}"  # noqa: S608
