"""The judged rows of one silver refresh, with everything that deciding about them needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from ormolu.catalog.lake import Head, IcebergTable
from ormolu.definitions import BronzeSource, DeleteWhen, SilverTable, TableName
from ormolu.engine.jobs import JobEngine
from ormolu.medallion.columns import StoredColumn
from ormolu.medallion.lineage import base_of
from ormolu.medallion.refresh_mode import Mode
from ormolu.medallion.silver import delete_when_of, good_rows, sequence_of, stored_columns
from ormolu.medallion.staged_rows import InputColumn, Stage
from ormolu.medallion.steps import Step
from ormolu.medallion.templates import query, table, text
from ormolu.scheduler.context import RunContext
from ormolu.scheduler.gates import Judgement
from ormolu.scheduler.load_records import source_system
from ormolu.scheduler.refresh_plans import RefreshPlan

STAGED = "ormolu_staged"
PART = "ormolu_part"


def limits(definition: SilverTable) -> tuple[str, ...]:
    """The columns whose values are computed together, or not at all."""
    return definition.replace_by or definition.key


@dataclass(frozen=True)
class SilverBatch:
    """`keeps_checkpoint`: what was read does not move on how far the table has read."""

    definition: SilverTable
    plan: RefreshPlan
    context: RunContext
    head: Head
    current: IcebergTable | None
    inputs: tuple[InputColumn, ...]
    stage: Stage
    judgement: Judgement
    keeps_checkpoint: bool
    now: datetime

    @property
    def mode(self) -> Mode:
        return self.plan.mode

    @property
    def engine(self) -> JobEngine:
        return self.context.engine()

    @property
    def sequence(self) -> tuple[str, ...]:
        return sequence_of(self.definition, self.inputs)

    @property
    def delete_when(self) -> DeleteWhen | None:
        return delete_when_of(self.definition, self.inputs)

    @property
    def delete_mode(self) -> str | None:
        return None if self.delete_when is None else self.delete_when.mode

    def stored(self) -> tuple[StoredColumn, ...]:
        return stored_columns(self.definition, self.stage, self.inputs, self.sequence)

    def good(self, *, ignores_deletes: bool) -> exp.Query:
        return good_rows(
            self.stage,
            self.inputs,
            staged=STAGED,
            sequence=self.sequence,
            removed=self.judgement.is_removed,
            ignores_deletes=ignores_deletes,
        )

    def make(self, step: Step) -> None:
        """Carry out a planned step."""
        self.context.progress(step=step.name.removeprefix("ormolu_"))
        if step.is_view or (step.view_without is not None and self._is_empty(step.view_without)):
            self.engine.execute(f"CREATE TEMP VIEW {step.name} AS {text(step.query)}")
        else:
            sql, rows = text(step.query), self.judgement.rows
            self.engine.make_table(step.name, sql, rows=rows, in_turn=map(text, step.splits()))

    def _is_empty(self, name: str) -> bool:
        return not self.engine.rows(text(query("SELECT 1 FROM rows LIMIT 1", rows=table(name))))

    def count(self, condition: exp.Expr) -> int:
        """How many staged rows, as `s`, meet it."""
        counted = query("SELECT count(*) FROM staged AS s WHERE :condition", staged=table(STAGED), condition=condition)
        return int(self.engine.rows(text(counted))[0][0])

    @property
    def renamed(self) -> Mapping[str, str]:
        """FORMERLY: the names that columns had, by the names they have."""
        return {item.name: item.formerly for item in self.definition.columns if item.formerly is not None}

    @property
    def source_system(self) -> str | None:
        """The option, else what names the origin of the first bronze source behind the table."""
        given = self.definition.options.find("source_system")
        if given is not None:
            return str(given)
        relations = self.head.definitions.relations()
        for name in self.plan.upstreams:
            schema, _, plain = name.partition(".")
            source = relations.get(base_of(TableName(schema, plain), relations))
            if isinstance(source, BronzeSource):
                return source_system(source, self.head.definitions)
        return None
