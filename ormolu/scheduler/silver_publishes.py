"""The second half of a silver refresh: from judged rows through the gate to the one publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from ormolu.catalog.changes import Statement
from ormolu.catalog.lake import IcebergTable
from ormolu.medallion.columns import CHECKPOINTS, DEFINITION_HASH, KEPT, StoredColumn
from ormolu.medallion.layout import layout_of
from ormolu.medallion.quarantine import NEW_BAD, QuarantineRequest, quarantine, quarantine_columns, quarantine_name
from ormolu.medallion.refresh_mode import checkpoints_text
from ormolu.medallion.silver import NEXT_QUARANTINE_ID
from ormolu.medallion.steps import TableWrite
from ormolu.medallion.templates import query, table
from ormolu.scheduler import gates
from ormolu.scheduler.context import RunResult
from ormolu.scheduler.gates import Verdict
from ormolu.scheduler.kept_content import kept_properties
from ormolu.scheduler.refresh_parts import checkpoint_rows, expectations
from ormolu.scheduler.refresh_plans import definition_hash
from ormolu.scheduler.schema_versions import new_schema_version
from ormolu.scheduler.silver_batches import STAGED, SilverBatch
from ormolu.scheduler.silver_parts import quarantined_of_part
from ormolu.scheduler.silver_writes import SilverWrites
from ormolu.scheduler.table_writes import TableWriter, Written, after, published


def publish_silver(batch: SilverBatch) -> RunResult:
    """Write, audit, publish."""
    return _Publish(batch).run()


@dataclass(frozen=True)
class _Publish:
    batch: SilverBatch

    def run(self) -> RunResult:
        batch, name = self.batch, self.batch.definition.name
        planned = SilverWrites(batch)
        writes = planned.plan()
        verdicts = (*batch.judgement.verdicts, *self._expect(writes[0]))
        gates.check(name, verdicts, batch.context)
        gates.warn(verdicts, batch.context)
        writer = TableWriter(batch.context, batch.head, layout_of(batch.definition.options))
        quarantined = self._quarantine(writer)
        done = [writer.write(each, properties=self._properties(each, planned.properties)) for each in writes]
        changes = [each.change for each in (*done, *quarantined) if each.change is not None]
        result = self._result(done[0])
        batch.context.publish(changes, statements=[*self._statements(verdicts), *self._schema(done[0])], result=result)
        return result

    def _result(self, written: Written) -> RunResult:
        mode, judgement = self.batch.mode, self.batch.judgement
        return RunResult(
            rows_in=judgement.rows,
            rows_out=written.arriving,
            rows_quarantined=self.batch.count(judgement.is_quarantined),
            record={"mode": mode.word, "reason": mode.reason, "rows_total": written.rows_total},
        )

    def _expect(self, write: TableWrite) -> list[Verdict]:
        """The rows as they would stand for EXPECT, the good rows of this batch for EXPECT NEW."""
        batch = self.batch
        if not batch.stage.expectations:
            return []
        return expectations(
            batch.stage.expectations,
            batch.context,
            batch.head,
            before=batch.current,
            table_rows=after(write, batch.current),
            new_rows=query(
                "SELECT s.* FROM staged AS s WHERE NOT (:removed)",
                staged=table(STAGED),
                removed=batch.judgement.is_removed,
            ),
            stored=write.columns,
            batch_columns=[StoredColumn(item.name, item.type) for item in batch.stage.columns],
            now=batch.now,
        )

    def _quarantine(self, writer: TableWriter) -> tuple[Written, ...]:
        batch = self.batch
        name = quarantine_name(batch.definition.name)
        kept = batch.head.find_table(name)
        if kept is None and not batch.count(batch.judgement.is_quarantined):
            return ()
        next_id = int(kept.properties.get(NEXT_QUARANTINE_ID) or 1) if kept is not None else 1
        plan = quarantine(
            QuarantineRequest(
                name=batch.definition.name,
                inputs=batch.inputs,
                declared=batch.definition.columns,
                rules=batch.stage.rules,
                columns=batch.stage.columns,
                staged=STAGED,
                is_bad=batch.judgement.is_quarantined,
                current=published(kept, quarantine_columns(batch.inputs)),
                next_id=next_id,
                run_id=batch.context.run.run_id,
                is_whole_input=not batch.mode.is_batch,
                looked_at=self._looked_at(kept),
                now=batch.now,
            )
        )
        for step in plan.steps:
            batch.make(step)
        fresh = int(batch.engine.rows(f"SELECT count(*) FROM {NEW_BAD}")[0][0])  # noqa: S608 - our own name
        return (writer.write(plan.write, properties={NEXT_QUARANTINE_ID: str(next_id + fresh)}),)

    def _looked_at(self, kept: IcebergTable | None) -> exp.Query | None:
        if kept is None or self.batch.mode.part is None:
            return None
        return quarantined_of_part(self.batch.definition, self.batch.stage, kept)

    def _properties(self, write: TableWrite, planned: Mapping[str, str | None]) -> Mapping[str, str | None]:
        batch = self.batch
        if write.table != batch.definition.name:
            return {}
        if batch.keeps_checkpoint:
            return {**planned, KEPT: None}
        return {
            **planned,
            **kept_properties(
                batch.plan,
                batch.head.definitions.find_relation(batch.definition.name),
                batch.current,
                write,
                batch.engine,
            ),
            CHECKPOINTS: checkpoints_text(batch.plan.upstreams),
            DEFINITION_HASH: definition_hash(batch.definition),
        }

    def _schema(self, written: Written) -> list[Statement]:
        batch, change = self.batch, written.change
        return new_schema_version(
            batch.context.lake.database,
            batch.definition.name,
            batch.current,
            None if change is None else change.columns,
            at=batch.now,
            run_id=batch.context.run.run_id,
        )

    def _statements(self, verdicts: Sequence[Verdict]) -> list[Statement]:
        batch = self.batch
        statements: list[Statement] = [*gates.recorded(batch.definition.name, verdicts, batch.context)]
        if not batch.keeps_checkpoint:
            statements += checkpoint_rows(batch.definition.name, batch.plan.upstreams, batch.head, batch.context)
        return statements
