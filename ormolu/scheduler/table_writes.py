"""Carrying out a planned write: which files it touches, what they hold afterwards, the change to commit."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from ormolu.catalog.fields import copy_field_ids, planned_columns
from ormolu.catalog.files import DataFile
from ormolu.catalog.lake import Head, IcebergTable, TableChange
from ormolu.catalog.table import FILE_NAME_COLUMN
from ormolu.definitions import SortColumn
from ormolu.engine.sorted_parts import SortTerm
from ormolu.faults import reach
from ormolu.medallion.columns import StoredColumn
from ormolu.medallion.expressions import scope_of, translated
from ormolu.medallion.layout import Layout
from ormolu.medallion.silver import in_columns
from ormolu.medallion.steps import TableWrite
from ormolu.medallion.templates import all_of, column, columns, fill, query, same, string, table, text
from ormolu.scheduler.context import RunContext

LEAVING = "ormolu_leaving_{}"
PARTITIONS_COMPARED_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Written:
    """`change` is None where nothing about the table would change."""

    change: TableChange | None
    arriving: int
    rows_total: int


class TableWriter:
    """The writes of one run, on the run's engine."""

    def __init__(self, context: RunContext, head: Head, layout: Layout) -> None:
        self._context = context
        self._head = head
        self._layout = layout
        self._numbers = itertools.count(1)

    def write(self, write: TableWrite, *, properties: Mapping[str, str | None]) -> Written:
        """Copy on write: only files that hold a leaving row are written anew."""
        current = self._head.find_table(write.table)
        planned = planned_columns(write.columns, current, renamed_in(current, write.renamed))
        if current is None or write.is_whole:
            return self._written(write, current, planned, write.arriving, properties=properties)
        leaving = self._leaving(write)
        arriving = _count(self._context.engine().rows(text(counted(write.arriving))))
        if not is_same_shape(current, write):
            rows = self._kept(write, current, leaving, None)
            return self._written(write, current, planned, rows, properties=properties, arriving=arriving)
        touched = self._touched(write, current, leaving)
        reach("merge:files-touched")
        if not touched and not arriving and not _changes_properties(current, properties):
            return Written(None, 0, current.rows)
        rows = self._kept(write, current, leaving, touched) if touched else write.arriving
        return self._written(
            write, current, planned, rows, touched, properties=properties, arriving=arriving, is_whole=False
        )

    def _leaving(self, write: TableWrite) -> str | None:
        if write.leaving is None:
            return None
        name = LEAVING.format(next(self._numbers))
        self._context.engine().execute(f"CREATE TEMP TABLE {name} AS {text(write.leaving)}")
        return name

    def _touched(self, write: TableWrite, current: IcebergTable, leaving: str | None) -> tuple[str, ...]:
        if leaving is None:
            return ()
        files = self._candidates(write, current, leaving)
        if not files:
            return ()
        found = query(
            "SELECT DISTINCT :file FROM current AS t SEMI JOIN leaving AS l ON :same",
            file=column(FILE_NAME_COLUMN, "t"),
            current=current.source(columns=write.key, files=files, with_file_name=True),
            leaving=table(leaving),
            same=same(write.key, "t", "l"),
        )
        return tuple(sorted(str(row[0]) for row in self._context.engine().rows(text(found))))

    def _candidates(self, write: TableWrite, current: IcebergTable, leaving: str) -> list[str]:
        """Files whose bounds admit a leaving key: of the others not even the keys are read."""
        terms = [
            fill(template, key=column(name, "l"))
            for name in write.key
            for template in ("CAST(min(:key) AS VARCHAR)", "CAST(max(:key) AS VARCHAR)", "count(:key)")
        ]
        bounds = query("SELECT count(*), :terms FROM leaving AS l", terms=terms, leaving=table(leaving))
        rows, *found = self._context.engine().rows(text(bounds))[0]
        if not rows:
            return []
        within = [
            fill(
                ":key >= :least AND :key <= :most",
                key=column(name),
                least=string(str(least)),
                most=string(str(most)),
            )
            for name, least, most, present in zip(write.key, found[::3], found[1::3], found[2::3], strict=True)
            if present == rows  # NULL is a key of its own here, and within no bounds
        ]
        files = current.files_matching(all_of(within) if within else None)
        return [file.path for file in self._in_partitions(files, write, current, leaving)]

    def _in_partitions(
        self, files: Sequence[DataFile], write: TableWrite, current: IcebergTable, leaving: str
    ) -> Sequence[DataFile]:
        """Of the files those whose partitions hold a leaving key: the keys of one bucket are spread over all bounds."""
        for position, field in enumerate(current.partition_by):
            if field.column not in write.key or len(files) < 2:
                continue
            found = self._context.engine().partitions_of(leaving, field, most=PARTITIONS_COMPARED_MAX)
            if found is not None:
                files = current.files_in_partitions(files, position, found)
        return files

    def _kept(
        self,
        write: TableWrite,
        current: IcebergTable,
        leaving: str | None,
        files: tuple[str, ...] | None,
    ) -> exp.Query:
        source = in_columns(current.source(files=files), column_types(current), write.columns, write.renamed)
        kept = source
        if leaving is not None:
            kept = query(
                "SELECT t.* FROM source AS t ANTI JOIN leaving AS l ON :same",
                source=source,
                leaving=table(leaving),
                same=same(write.key, "t", "l"),
            )
        names = [item.name for item in write.columns]
        return query(
            "SELECT :cols FROM kept AS k UNION ALL SELECT :new FROM arriving AS a",
            cols=columns(names, "k"),
            new=columns(names, "a"),
            kept=kept,
            arriving=write.arriving,
        )

    def _written(
        self,
        write: TableWrite,
        current: IcebergTable | None,
        planned: tuple[StoredColumn, ...],
        rows: exp.Query,
        touched: tuple[str, ...] = (),
        *,
        properties: Mapping[str, str | None],
        arriving: int | None = None,
        is_whole: bool = True,
    ) -> Written:
        lake, run = self._context.lake, self._context.run
        location = lake.new_location(write.table) if current is None else current.location
        with self._context.step(f"write {write.table}") as step:
            files = self._context.engine().write_parquet(
                text(rows),
                directory=f"{location}/data/run-{run.run_id}-{run.attempt}",
                field_ids=copy_field_ids(planned),
                partition_by=write.partition_by,
                order_by=sort_terms(write.columns, write.order_by),
                layout=self._layout,
            )
            step.rows = sum(file.rows for file in files)
            step.bytes = sum(file.bytes for file in files)
        reach("merge:files-written")
        change = TableChange(
            write.table,
            None if current is None else current.metadata_location,
            location=location if current is None else None,
            columns=planned if current is None or not is_same_shape(current, write) else None,
            partition_by=write.partition_by if current is None or current.partition_by != write.partition_by else None,
            added=files,
            removed=() if is_whole else touched,
            removes_all=is_whole and current is not None,
            properties=properties,
            operation="append" if not touched and not is_whole else "overwrite",
        )
        rows_kept = 0 if is_whole or current is None else current.rows - self._rows_of(current, touched)
        written = sum(file.rows for file in files)
        return Written(change, written if arriving is None else arriving, rows_kept + written)

    @staticmethod
    def _rows_of(current: IcebergTable, touched: tuple[str, ...]) -> int:
        paths = set(touched)
        return sum(file.rows for file in current.files if file.path in paths)


def sort_terms(columns_: Sequence[StoredColumn], order_by: Sequence[SortColumn]) -> tuple[SortTerm, ...]:
    """ORDER BY of a definition over the rows that are written."""
    scope = scope_of([item.name for item in columns_], alias="o")
    types = {item.name: item.type for item in columns_}
    return tuple(
        SortTerm(text(translated(term.expression, scope, types)), is_descending=term.is_descending) for term in order_by
    )


def counted(rows: exp.Query) -> exp.Query:
    return query("SELECT count(*) FROM rows", rows=rows)


def column_types(current: IcebergTable) -> dict[str, str]:
    """The types of a table's columns in queries."""
    return {item.name: item.type.duckdb for item in current.columns}


def is_same_shape(current: IcebergTable, write: TableWrite) -> bool:
    """Its files need not be written anew for their columns or partitions."""
    now = [(item.name, item.type, item.is_hidden, item.comment) for item in current.columns]
    then = [(item.name, item.type, item.is_hidden, item.comment) for item in write.columns]
    return now == then and current.partition_by == write.partition_by


def _changes_properties(current: IcebergTable, properties: Mapping[str, str | None]) -> bool:
    return any(current.properties.get(name) != value for name, value in properties.items())


def _count(rows: list[tuple[object, ...]]) -> int:
    value = rows[0][0]
    assert isinstance(value, int)
    return value


def renamed_in(current: IcebergTable | None, renamed: Mapping[str, str]) -> dict[str, str]:
    """The renames that are still to be made: afterwards FORMERLY says what was."""
    known = set() if current is None else {item.name for item in current.columns}
    return {new: old for new, old in renamed.items() if new not in known and old in known}


def published(
    current: IcebergTable | None, stored: tuple[StoredColumn, ...], renamed: Mapping[str, str] | None = None
) -> exp.Query | None:
    """A table's rows in the columns it is to have; None where there is no table."""
    return None if current is None else in_columns(current.source(), column_types(current), stored, renamed or {})


def after(write: TableWrite, current: IcebergTable | None) -> exp.Query:
    """The table as it would stand."""
    before = published(current, write.columns, write.renamed)
    if before is None or write.is_whole:
        return write.arriving
    names = [item.name for item in write.columns]
    kept = before
    if write.leaving is not None:
        kept = query(
            "SELECT t.* FROM before AS t ANTI JOIN leaving AS l ON :same",
            before=before,
            leaving=write.leaving,
            same=same(write.key, "t", "l"),
        )
    return query(
        "SELECT :cols FROM kept AS k UNION ALL SELECT :new FROM arriving AS a",
        cols=columns(names, "k"),
        new=columns(names, "a"),
        kept=kept,
        arriving=write.arriving,
    )
