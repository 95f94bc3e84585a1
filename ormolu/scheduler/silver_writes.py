"""What the good rows of a batch make of a silver table, its deleted rows and its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from ormolu.catalog.lake import IcebergTable
from ormolu.medallion.columns import StoredColumn
from ormolu.medallion.history import history, history_columns, history_name
from ormolu.medallion.history_events import HistoryRequest, valid_from
from ormolu.medallion.merge import deleted_columns, deleted_name, merge
from ormolu.medallion.named_columns import partitions
from ormolu.medallion.row_changes import SURROGATE, TWICE, VERSIONS, MergeRequest, order_of
from ormolu.medallion.silver import HARD, IGNORE, NEXT_SURROGATE_KEY, SOFT, empty_rows, rebuilt_rows
from ormolu.medallion.steps import TableWrite
from ormolu.medallion.templates import column, columns, named, query, quoted, same, table, text
from ormolu.scheduler.silver_batches import PART, STAGED, SilverBatch, limits
from ormolu.scheduler.table_writes import published


@dataclass
class SilverWrites:
    """`properties` is the state that is to travel with the table, known once `plan` has run."""

    batch: SilverBatch
    properties: dict[str, str | None] = field(default_factory=dict)

    def plan(self) -> list[TableWrite]:
        """The writes, the table itself first; what they read is made on the engine."""
        batch, definition = self.batch, self.batch.definition
        stored = batch.stored()
        good = batch.good(ignores_deletes=batch.delete_mode == IGNORE)
        if not definition.key:
            rows = rebuilt_rows(good, stored, source_system=batch.source_system, now=batch.now)
            return [self._laid_out(TableWrite(definition.name, stored, rows, is_whole=True))]
        request = self._merge_request(stored, good)
        plan = merge(request)
        for step in plan.steps:
            batch.make(step)
        self._tell_of_ties(batch.sequence)
        current, others = plan.current, [] if plan.deleted is None else [plan.deleted]
        if definition.history is not None:
            current, past = self._history(request, current)
            others.append(past)
        else:
            self._count_surrogates(request, current)
        return [self._laid_out(each, is_main=number == 0) for number, each in enumerate((current, *others))]

    def _published(self, found: IcebergTable | None, stored: tuple[StoredColumn, ...]) -> exp.Query | None:
        """The rows that the input is compared with: of a part of the keys, only theirs."""
        rows = published(found, stored, self.batch.renamed)
        if rows is None or self.batch.mode.part is None:
            return rows
        return query(
            "SELECT t.* FROM rows AS t SEMI JOIN part AS p ON :same",
            rows=rows,
            part=table(PART),
            same=same(limits(self.batch.definition), "t", "p"),
        )

    def _merge_request(self, stored: tuple[StoredColumn, ...], good: exp.Query) -> MergeRequest:
        batch, definition = self.batch, self.batch.definition
        names = {item.name for item in batch.stage.columns}
        deleted = found = None
        forgets_values = batch.delete_mode == HARD and bool(batch.sequence)
        if batch.delete_mode == SOFT or forgets_values:
            columns_ = deleted_columns(stored, () if forgets_values else order_of(batch.sequence))
            found = batch.head.find_table(deleted_name(definition.name))
            deleted = self._published(found, columns_) or empty_rows(columns_)
        is_state = batch.mode.is_state and not batch.mode.is_batch
        return MergeRequest(
            name=definition.name,
            key=definition.key,
            sequence=batch.sequence,
            values=tuple(item for item in stored if item.name in names),
            columns=stored,
            good=good,
            current=self._published(batch.current, stored) or empty_rows(stored),
            deleted=deleted,
            forgets_values=forgets_values,
            held_keys=self._held_keys() if is_state and batch.plan.is_same_definition else None,
            is_first=batch.current is None and found is None,
            is_batch=batch.mode.is_batch,
            is_part=batch.mode.part is not None,
            removes_missing=not batch.mode.is_batch and not (is_state and batch.delete_mode == IGNORE),
            keeps_missing=is_state and batch.delete_mode == SOFT,
            replace_by=definition.replace_by,
            surrogate_key=definition.surrogate_key,
            surrogate_base=self._surrogate_base(),
            source_system=batch.source_system,
            now=batch.now,
        )

    def _held_keys(self) -> exp.Query:
        """While a newer version waits in quarantine, the last good one stays."""
        return query(
            "SELECT :key FROM staged AS s WHERE :bad",
            key=columns(self.batch.definition.key, "s"),
            staged=table(STAGED),
            bad=self.batch.judgement.is_quarantined,
        )

    def _surrogate_base(self) -> int:
        current = self.batch.current
        return 0 if current is None else int(current.properties.get(NEXT_SURROGATE_KEY) or 1) - 1

    def _count_surrogates(self, request: MergeRequest, write: TableWrite) -> None:
        """Numbers once given are never given again: the next one travels with the table."""
        if request.surrogate_key is None:
            return
        highest = query(
            "SELECT max(:number) FROM rows AS r", number=column(request.surrogate_key, "r"), rows=write.arriving.copy()
        )
        found = self.batch.engine.rows(text(highest))[0][0]
        self.properties[NEXT_SURROGATE_KEY] = str(max(int(found or 0), request.surrogate_base) + 1)

    def _history(self, request: MergeRequest, current: TableWrite) -> tuple[TableWrite, TableWrite]:
        batch, definition = self.batch, self.batch.definition
        assert definition.history is not None
        stored = history_columns(request.columns)
        tracked = definition.history.columns or tuple(
            item.name for item in request.values if item.name not in (*request.sequence, *request.key)
        )
        types = {item.name: item.type for item in (*batch.inputs, *batch.stage.columns)}
        plan = history(
            HistoryRequest(
                name=definition.name,
                key=request.key,
                sequence=request.sequence,
                values=request.values,
                columns=request.columns,
                tracked=tracked,
                valid_from=valid_from(request.sequence, types, batch.inputs, batch.now),
                current=self._published(batch.head.find_table(history_name(definition.name)), stored),
                deleted=request.deleted,
                is_rebuilt=not batch.mode.is_batch and not batch.mode.is_state,
                is_part=request.is_part,
                surrogate_key=request.surrogate_key,
                surrogate_base=request.surrogate_base,
                source_system=request.source_system,
                now=batch.now,
            )
        )
        for step in plan.steps:
            batch.make(step)
        if plan.surrogates is None or request.surrogate_key is None:
            return current, plan.write
        self._count_surrogates(request, plan.write)
        return _numbered(current, request.surrogate_key, plan.surrogates), plan.write

    def _tell_of_ties(self, sequence: Sequence[str]) -> None:
        if sequence:
            return
        several = query(
            "SELECT count(*) - (SELECT count(*) FROM twice) FROM versions AS v SEMI JOIN twice AS t ON :same",
            versions=table(VERSIONS),
            twice=table(TWICE),
            same=same(self.batch.definition.key, "v", "t"),
        )
        lost = int(self.batch.engine.rows(text(several))[0][0])
        if lost:
            self.batch.context.notice(f"{lost} rows gave way to a later row of their key (there is no SEQUENCE BY)")

    def _laid_out(self, write: TableWrite, *, is_main: bool = True) -> TableWrite:
        write = replace(write, renamed=self.batch.renamed)
        if not is_main:
            return write
        definition = self.batch.definition
        return replace(write, partition_by=partitions(definition.partition_by), order_by=definition.order_by)


def _numbered(current: TableWrite, surrogate_key: str, surrogates: exp.Query) -> TableWrite:
    """The current rows with the surrogate keys of their open versions."""
    star = exp.Column(this=exp.Star(replace=[named(column(SURROGATE, "n"), surrogate_key)]), table=quoted("a"))
    numbers = query(
        "SELECT :key, :number FROM surrogates AS n",
        key=columns(current.key, "n"),
        number=named(column(surrogate_key, "n"), SURROGATE),
        surrogates=surrogates,
    )
    arriving = query(
        "SELECT :star FROM arriving AS a LEFT JOIN numbers AS n ON :same",
        star=star,
        arriving=current.arriving,
        numbers=numbers,
        same=same(current.key, "a", "n"),
    )
    return replace(current, arriving=arriving)
