"""The SQL that planners make, as files: a change of it shows in a diff.

Run with ORMOLU_WRITE_GOLDEN=1 to write the files anew.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlglot import exp

from ormolu.definitions import GoldMetric, SilverTable, TableName
from ormolu.medallion.inputs import without_quarantine
from ormolu.medallion.merge import deleted_columns, merge
from ormolu.medallion.metric import metric_query
from ormolu.medallion.row_changes import CHANGES, MergeRequest, order_of
from ormolu.medallion.rules import named_rules
from ormolu.medallion.silver import empty_rows, good_rows, stored_columns
from ormolu.medallion.staged_rows import InputColumn, StageRequest
from ormolu.medallion.staging import stage
from ormolu.medallion.templates import query
from ormolu.sql_extensions.parser.script import parse_definition
from ormolu.sql_extensions.relations import Relation, RelationColumn
from ormolu.sql_extensions.types import data_type

FOLDER = Path(__file__).parent / "silver"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
INPUTS = (
    InputColumn("id", data_type("text")),
    InputColumn("quantity", data_type("text")),
    InputColumn("at", data_type("timestamptz")),
    InputColumn("_row_id", data_type("bigint"), is_system=True),
    InputColumn("_load_id", data_type("bigint"), is_system=True),
)
COUNTRIES = Relation(
    TableName("silver", "countries"),
    (RelationColumn("code", data_type("text")), RelationColumn("country", data_type("text"))),
    query("SELECT code, country FROM countries"),
    "1",
)
TABLES = {
    "null_passes_a_check": "WITH RULES (CHECK (quantity > 0))",
    "a_listed_column_is_cast": "(quantity integer DEFAULT 1 ON VIOLATION SET DEFAULT)",
    "rules_run_top_to_bottom": (
        "WITH RULES (SET id = upper(id), NOT NULL id ON VIOLATION DISCARD, UNIQUE (id), DEDUPLICATE BY (id) KEEP LAST)"
    ),
    "a_lookup_adds_a_column": (
        "WITH RULES (LOOKUP silver.countries ON code = id ADD (country), "
        "FOREIGN KEY (id) REFERENCES silver.countries (code))"
    ),
}


def check(name: str, statements: list[exp.Expr]) -> None:
    """Compare with the file of that name."""
    text = ";\n\n".join(each.sql(dialect="duckdb", pretty=True, comments=False) for each in statements) + ";\n"
    file = FOLDER / f"{name}.sql"
    if os.environ.get("ORMOLU_WRITE_GOLDEN"):
        file.write_text(text)
    assert file.read_text() == text


@pytest.mark.parametrize("name", TABLES)
def test_a_pass_is_as_it_was(name: str) -> None:
    clauses = TABLES[name].replace("quantity >", "quantity::integer >")
    definition = parse_definition(f"CREATE SILVER TABLE t {clauses} FROM bronze.t")
    assert isinstance(definition, SilverTable)
    check(name, [staged(definition)])


def staged(definition: SilverTable) -> exp.Query:
    request = StageRequest(
        table=definition.name,
        input=without_quarantine(query("SELECT * FROM input")),
        inputs=INPUTS,
        columns=definition.columns,
        rules=named_rules("t", columns=definition.columns, rules=definition.rules, key=definition.key),
        relations={COUNTRIES.name: COUNTRIES},
        key=definition.key,
        sequence_by=definition.sequence_by,
        delete_when=definition.delete_when,
        now=NOW,
    )
    return stage(request).query


@pytest.mark.parametrize(("name", "is_first"), [("late_rows_lose", False), ("a_first_fill_compares_nothing", True)])
def test_a_merge_is_as_it_was(name: str, *, is_first: bool) -> None:
    ddl = "CREATE SILVER TABLE t KEY (id) SEQUENCE BY at DELETE WHEN (quantity IS NULL) SOFT FROM bronze.t"
    definition = parse_definition(ddl)
    assert isinstance(definition, SilverTable)
    plain = tuple(item for item in INPUTS if not item.is_system)
    request = StageRequest(
        definition.name, without_quarantine(query("SELECT * FROM input")), INPUTS, (), (), {}, delete_when=None
    )
    made = stage(request)
    stored = stored_columns(definition, made, INPUTS, ("at",))
    good = good_rows(made, INPUTS, staged="staged", sequence=("at",), removed=exp.false(), ignores_deletes=False)
    plan = merge(
        MergeRequest(
            name=definition.name,
            key=("id",),
            sequence=("at",),
            values=tuple(item for item in stored if item.name in {each.name for each in plain}),
            columns=stored,
            good=good,
            current=query("SELECT * FROM published"),
            deleted=empty_rows(deleted_columns(stored, order_of(("at",)))),
            forgets_values=False,
            held_keys=None,
            is_first=is_first,
            is_batch=not is_first,
            is_part=False,
            removes_missing=False,
            keeps_missing=False,
            replace_by=(),
            surrogate_key=None,
            surrogate_base=0,
            source_system="shop",
            now=NOW,
        )
    )
    assert plan.current.leaving is not None
    assert [step.name for step in plan.steps if step.view_without] == ([CHANGES] if is_first else [])
    check(name, [*(step.query for step in plan.steps), plan.current.arriving, plan.current.leaving])


def test_a_metric_is_as_it_was() -> None:
    definition = parse_definition(
        "CREATE GOLD METRIC m FROM silver.sales GRAIN (date_trunc('month', day) AS month) "
        "MEASURES (sum(amount) AS total, count(*) AS orders, total / orders AS average) FILTER (kept AS (NOT test))"
    )
    assert isinstance(definition, GoldMetric)
    check("a_metric_writes_its_measures_out", [metric_query(definition)])
