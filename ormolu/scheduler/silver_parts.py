"""The keys that REBUILD FROM computes anew: those of which anything came, or was published, from some load on.

What the new definition refuses is in no staged row: the published rows, deletions and versions name such keys.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from ormolu.catalog.lake import Head, IcebergTable
from ormolu.definitions import SilverTable
from ormolu.engine.jobs import JobEngine
from ormolu.medallion.columns import StoredColumn
from ormolu.medallion.expressions import at
from ormolu.medallion.history import history_name
from ormolu.medallion.merge import deleted_name
from ormolu.medallion.quarantine import quarantine_name
from ormolu.medallion.refresh_mode import Part
from ormolu.medallion.silver import in_columns
from ormolu.medallion.staged_rows import SYSTEM, Stage
from ormolu.medallion.templates import all_of, column, columns, data_type_tree, fill, query, same, table, text
from ormolu.scheduler.silver_batches import PART, STAGED, limits
from ormolu.scheduler.table_writes import column_types
from ormolu.sql_extensions.relations import Relation
from ormolu.sql_extensions.types import data_type

EVERYTHING = "ormolu_everything"
LOAD = StoredColumn("_load_id", data_type("bigint"))


def first_after(part: Part, base: Relation, engine: JobEngine) -> int:
    """The load after which everything counts."""
    first = query(
        "SELECT min(l._load_id) FROM source AS l WHERE l._loaded_at >= :since",
        source=base.source.copy(),
        since=at(part.since),
    )
    found = engine.rows(text(first))[0][0]
    return part.last_load if found is None else min(int(found) - 1, part.last_load)


def stage_part(definition: SilverTable, staged: Stage, after: int, head: Head, engine: JobEngine) -> None:
    """Make STAGED of the rows whose key is in PART, and PART of the keys that came, or were published, after a load."""
    names, load = limits(definition), exp.Literal.number(after)
    engine.execute(f"CREATE TEMP TABLE {EVERYTHING} AS {text(staged.query)}")
    came = query(
        "SELECT DISTINCT :names FROM everything AS s WHERE :load > :after",
        names=columns(names, "s"),
        everything=table(EVERYTHING),
        load=column(SYSTEM + LOAD.name, "s"),
        after=load,
    )
    keys = came
    for rows in _published(definition, staged, head):
        known = query(
            "SELECT :names FROM rows AS t WHERE :load > :after",
            names=columns(names, "t"),
            rows=rows,
            load=column(LOAD.name, "t"),
            after=load,
        )
        keys = query("SELECT * FROM keys UNION SELECT * FROM known", keys=keys, known=known)
    kept = query(
        "SELECT s.* FROM everything AS s SEMI JOIN part AS p ON :same",
        everything=table(EVERYTHING),
        part=table(PART),
        same=same(names, "s", "p"),
    )
    engine.execute(f"CREATE TEMP TABLE {PART} AS {text(keys)}")
    engine.execute(f"CREATE TEMP TABLE {STAGED} AS {text(kept)}")
    engine.execute(f"DROP TABLE {EVERYTHING}")


def _published(definition: SilverTable, staged: Stage, head: Head) -> list[exp.Query]:
    """Keys and loads of the table and of what stands beside it, by the names that its columns are to have."""
    types = {item.name: item.type for item in staged.columns}
    wanted = (*(StoredColumn(name, types[name]) for name in limits(definition)), LOAD)
    renamed: Mapping[str, str] = {item.name: item.formerly for item in definition.columns if item.formerly is not None}
    name = definition.name
    beside = (deleted_name(name), history_name(name), quarantine_name(name))
    found = [head.find_table(each) for each in (name, *beside)]
    return [in_columns(each.source(), column_types(each), wanted, renamed) for each in found if each is not None]


def quarantined_of_part(definition: SilverTable, staged: Stage, kept: IcebergTable) -> exp.Query:
    """The quarantined rows whose key, as far as it can be read, is in PART."""
    known = {item.name for item in kept.columns}
    types = {item.name: item.type.duckdb for item in staged.columns}
    conditions = [
        fill(
            ":value IS NOT DISTINCT FROM :key",
            value=exp.TryCast(this=column(name, "k") if name in known else exp.null(), to=data_type_tree(types[name])),
            key=column(name, "p"),
        )
        for name in limits(definition)
    ]
    return query(
        "SELECT k.* FROM kept AS k SEMI JOIN part AS p ON :same",
        kept=kept.source(),
        part=table(PART),
        same=all_of(conditions),
    )
