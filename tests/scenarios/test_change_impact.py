"""A changed definition makes anew what reads what changes, and what was left is what a rebuild would give."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from ormolu.definitions import TableName
from ormolu.medallion.change_impact import Made, change_of
from ormolu.medallion.column_spread import effects
from ormolu.sql_extensions.parser.script import parse_definition
from tests.peers.pipeline import Pipeline

SALES = {"id": "int4", "area": "text", "amount": "numeric(9,2)", "tax": "numeric(9,2)"}
SILVER = "CREATE OR REPLACE SILVER TABLE s {list} KEY (id) {tail} AS SELECT id, {select} FROM bronze.sales {where}"
DOWNSTREAM = (
    "CREATE GOLD TABLE areas AS SELECT area, count(*) AS n FROM silver.s GROUP BY area",
    "CREATE GOLD TABLE totals AS SELECT area, sum(total) AS total FROM silver.s GROUP BY area",
    "CREATE GOLD METRIC revenue FROM silver.s GRAIN (area) MEASURES (sum(total) AS total, count(*) AS n)",
    "CREATE SILVER TABLE passed KEY (id) FROM silver.s",
    "CREATE GOLD TABLE behind AS SELECT id, area FROM silver.passed",
    "CREATE GOLD TABLE beyond AS SELECT id, total * 2 AS twice FROM silver.passed",
)
NAMES = ("gold.areas", "gold.totals", "gold.revenue", "silver.passed", "gold.behind", "gold.beyond")
PLAIN = {"list": "", "tail": "", "select": "area, amount + tax AS total", "where": ""}
CHANGES = {
    "a column's expression": ({"select": "area, amount - tax AS total"}, {"gold.areas", "gold.behind"}),
    "a column added": ({"select": "area, amount + tax AS total, tax"}, {"gold.areas", "gold.behind", "gold.beyond"}),
    "another area": ({"select": "upper(area) AS area, amount + tax AS total"}, {"gold.beyond"}),
    "fewer rows": ({"where": "WHERE amount > 5"}, set()),
    "a rule that breaks": ({"tail": "WITH RULES (CHECK (total > 6))"}, set()),
    "a rule that holds": ({"tail": "WITH RULES (CHECK (total > 0))"}, set(NAMES)),
    "an order": ({"tail": "ORDER BY (area)"}, set(NAMES)),
}


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    pipeline = Pipeline(tmp_path)
    pipeline.load("sales", SALES, [[1, "n", 10, 1], [2, "s", 5, 1], [3, "s", None, None]])
    pipeline.create(SILVER.format(**PLAIN))
    for ddl in DOWNSTREAM:
        pipeline.create(ddl)
    return pipeline


def contents(pipeline: Pipeline) -> dict[str, list[tuple[object, ...]]]:
    """The rows of everything, our own columns apart."""
    shown = {}
    for name in NAMES:
        columns = ", ".join(each for each in pipeline.names(name) if not each.startswith("_"))
        shown[name] = pipeline.rows(f"SELECT {columns} FROM {name}")
    return shown


def refreshed(pipeline: Pipeline) -> set[str]:
    return {name for name in NAMES if pipeline.refresh(name).record["mode"] != "none"}


@pytest.mark.parametrize("what", CHANGES)
def test_what_a_change_leaves_is_what_a_rebuild_from_nothing_gives(pipeline: Pipeline, what: str) -> None:
    changed, untouched = CHANGES[what]
    before, after = (parse_definition(SILVER.format(**PLAIN | each)) for each in ({}, changed))
    assert isinstance(before, Made) and isinstance(after, Made)
    relations = pipeline.lake.head().definitions.relations()
    told = {
        str(each.object) for each in effects(after, change_of(before, after), relations) if each.columns == frozenset()
    }
    pipeline.create(SILVER.format(**PLAIN | changed))
    made = refreshed(pipeline)
    assert told <= set(NAMES) - made, "what EXPLAIN leaves is left"
    assert untouched <= set(NAMES) - made
    left = contents(pipeline)
    for name in NAMES:
        pipeline.refresh(name, is_full=True)
    assert contents(pipeline) == left


def test_changes_in_a_row_and_new_rows_between_them_lose_nothing(pipeline: Pipeline) -> None:
    for number, (changed, _) in enumerate(itertools.islice(CHANGES.values(), 4), start=10):
        if number % 2 == 0:
            pipeline.load("sales", SALES, [[number, "w", number, 1], [1, "n", number, 2]])
            pipeline.refresh("silver.s")
        pipeline.create(SILVER.format(**PLAIN | changed))
        if number > 11:
            refreshed(pipeline)
    refreshed(pipeline)
    left = contents(pipeline)
    for name in NAMES:
        pipeline.refresh(name, is_full=True)
    assert contents(pipeline) == left
    assert pipeline.lake.head().find_table(TableName("silver", "s")) is not None
