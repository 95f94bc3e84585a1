"""What a refresh reads, when it publishes nothing, and what a changed definition leaves as it was."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from ormolu.catalog.lake import DefinitionChange
from ormolu.catalog.schema import checkpoints, versions
from ormolu.definitions import GoldMetric, GoldTable, SilverTable, TableName, kind_of
from ormolu.errors import FeatureNotSupported, ObjectNotInPrerequisiteState
from ormolu.scheduler.refresh_plans import plan_refresh
from ormolu.sql_extensions.parser.script import parse_definition
from ormolu.sql_extensions.writer.text import write
from tests.peers.pipeline import Pipeline

SALES = {"id": "int4", "area": "text", "amount": "numeric(9,2)"}
SILVER = "CREATE SILVER TABLE sales KEY (id) FROM bronze.sales"
GOLD = "CREATE GOLD TABLE per_area KEY (area) AS SELECT area, sum(amount) AS total FROM silver.sales GROUP BY area"
METRIC = "CREATE GOLD METRIC revenue FROM silver.sales GRAIN (area) MEASURES (sum(amount) AS total)"


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    pipeline = Pipeline(tmp_path)
    pipeline.load("sales", SALES, [[1, "n", 10], [2, "s", 5], [3, "s", None]])
    pipeline.create(SILVER)
    return pipeline


def mode(pipeline: Pipeline, name: str, *, is_full: bool = False) -> tuple[str, str]:
    definition = pipeline.definition(name)
    assert isinstance(definition, SilverTable | GoldTable | GoldMetric)
    found = plan_refresh(definition, pipeline.lake.head(), is_full=is_full).mode
    return found.word, found.reason


def test_what_has_not_changed_is_not_published_again(pipeline: Pipeline) -> None:
    pipeline.create(GOLD)
    pipeline.create(METRIC)
    before = pipeline.lake.head().version
    for name in ("silver.sales", "gold.per_area", "gold.revenue"):
        assert mode(pipeline, name) == ("none", "nothing it reads has changed")
        assert pipeline.refresh(name).record["mode"] == "none"
    assert pipeline.lake.head().version == before


def test_news_travels_up_and_stops_where_no_row_changed(pipeline: Pipeline) -> None:
    pipeline.create(GOLD)
    pipeline.load("sales", SALES, [[1, "n", 10]])
    assert mode(pipeline, "silver.sales") == (
        "incremental",
        "each row comes from one row of bronze.sales; loads after 1",
    )
    assert pipeline.refresh("silver.sales").rows_out == 0, "the row is as it was"
    assert mode(pipeline, "gold.per_area")[0] == "none"
    pipeline.load("sales", SALES, [[1, "n", 11]])
    pipeline.refresh("silver.sales")
    assert mode(pipeline, "gold.per_area") == ("full", "its upstream has changed, and gold is rebuilt")
    pipeline.refresh("gold.per_area")
    assert [str(row[1]) for row in pipeline.rows("SELECT * FROM gold.per_area")] == ["11.00", "5.00"]


def test_a_table_that_reads_the_clock_is_never_up_to_date(pipeline: Pipeline) -> None:
    pipeline.create("CREATE GOLD TABLE today AS SELECT current_date AS day, count(*) AS n FROM silver.sales")
    assert mode(pipeline, "gold.today") == ("full", "it reads the clock or chance")


@pytest.mark.parametrize(
    ("ddl", "reason"),
    [
        ("CREATE SILVER TABLE t FROM bronze.sales", "it has no KEY"),
        ("CREATE SILVER TABLE t KEY (area) AS SELECT DISTINCT area FROM bronze.sales", "it has DISTINCT"),
        ("CREATE SILVER TABLE t KEY (id) FROM silver.sales", "its upstream has no loads"),
        ("CREATE SILVER TABLE t KEY (id) AS SELECT s.* FROM bronze.sales s JOIN silver.sales o USING (id)", "a join"),
        ("CREATE SILVER TABLE t KEY (id) WITH RULES (DEDUPLICATE BY (area) KEEP LAST) FROM bronze.sales", "rows of"),
    ],
)
def test_a_full_refresh_says_why(pipeline: Pipeline, ddl: str, reason: str) -> None:
    pipeline.create(ddl)
    pipeline.load("sales", SALES, [[4, "n", 1]])
    pipeline.refresh("silver.sales")
    word, why = mode(pipeline, "silver.t")
    assert word == "full"
    assert reason in why
    assert mode(pipeline, "silver.t", is_full=True) == ("full", "FULL was asked for")


def test_a_checkpoint_names_the_version_that_was_read(pipeline: Pipeline) -> None:
    pipeline.create(GOLD)
    with pipeline.lake.engine.connect() as connection:
        kept = connection.execute(sa.select(checkpoints.c.upstream, checkpoints.c.version)).all()
        newest = dict(
            connection.execute(sa.select(versions.c.table_name, sa.func.max(versions.c.version)).group_by("table_name"))
            .tuples()
            .all()
        )
    assert {tuple(row) for row in kept} == {(name, newest[name]) for name in ("bronze.sales", "silver.sales")}


def test_a_renamed_column_keeps_its_field_id_and_its_values(pipeline: Pipeline) -> None:
    name = TableName("silver", "sales")
    before = pipeline.lake.head().table(name).column("area").field_id
    pipeline.create(
        "CREATE OR REPLACE SILVER TABLE sales (region text FORMERLY area UNTIL '2030-01-01') KEY (id) FROM bronze.sales"
    )
    table = pipeline.lake.head().table(name)
    assert table.column("region").field_id == before
    assert table.find_column("area") is None
    assert pipeline.rows("SELECT id, region FROM silver.sales") == [(1, "n"), (2, "s"), (3, "s")]
    pipeline.load("sales", SALES, [[2, "w", 5]])
    assert pipeline.refresh("silver.sales").record["mode"] == "incremental"
    assert pipeline.rows("SELECT id, region FROM silver.sales WHERE id = 2") == [(2, "w")]


def test_only_listed_columns_are_kept_when_asked(pipeline: Pipeline) -> None:
    pipeline.create(
        "CREATE SILVER TABLE few (amount numeric(9,2)) KEY (id) "
        "WITH (columns = 'listed', audit_columns = 'hidden') FROM bronze.sales"
    )
    assert pipeline.names("silver.few") == ["amount", "id"]


@pytest.mark.parametrize(
    "ddl",
    [
        "CREATE GOLD TABLE other REBUILD FROM '2026-01-01' AS SELECT id FROM silver.sales",
        "CREATE GOLD TABLE other REBUILD NONE AS SELECT id FROM silver.sales",
    ],
)
def test_a_clause_that_nothing_honours_is_refused(pipeline: Pipeline, ddl: str) -> None:
    with pytest.raises(FeatureNotSupported, match="REBUILD"):
        pipeline.create(ddl)


def test_rebuild_none_leaves_older_rows_as_they_are(pipeline: Pipeline) -> None:
    clause = "CREATE OR REPLACE SILVER TABLE sales KEY (id) REBUILD NONE AS SELECT id, area, "
    found = "SELECT id, amount, tax FROM silver.sales"
    result = pipeline.create(clause + "amount * 2 AS amount, 1 AS tax FROM bronze.sales WHERE id <> 2")
    assert result.record["mode"] == "incremental"
    assert "REBUILD NONE leaves older rows as they are" in str(result.record["reason"])
    rows = [(row[0], None if row[1] is None else float(row[1]), row[2]) for row in pipeline.rows(found)]
    assert rows == [(1, 10, None), (2, 5, None), (3, None, None)], "a new column is NULL in them"
    assert mode(pipeline, "silver.sales")[0] == "none"
    pipeline.load("sales", SALES, [[1, "n", 7], [2, "s", 6]])
    assert pipeline.refresh("silver.sales").record["mode"] == "incremental"
    rows = [(row[0], None if row[1] is None else float(row[1]), row[2]) for row in pipeline.rows(found)]
    assert sorted(rows) == [(1, 14, 1), (2, 5, None), (3, None, None)]
    pipeline.refresh("silver.sales", is_full=True)
    assert sorted(row[0] for row in pipeline.rows(found)) == [1, 3], "FULL computes them all"


CHANGED = "CREATE OR REPLACE SILVER TABLE sales KEY (id) REBUILD FROM '{}' AS SELECT id, area, amount * 2 AS amount "
CHANGED += "FROM bronze.sales WHERE amount <> 7"


def test_rebuild_from_computes_what_came_since_and_leaves_the_rest(pipeline: Pipeline) -> None:
    pipeline.load("sales", SALES, [[3, "w", 8], [1, "n", 7], [4, "w", 7]])
    pipeline.refresh("silver.sales")
    pipeline.load("sales", SALES, [[5, "w", 1]])
    result = pipeline.create(CHANGED.format(pipeline.at - timedelta(minutes=1)))
    assert result.record["mode"] == "incremental"
    rows = {row[0]: float(row[1]) for row in pipeline.rows("SELECT id, amount FROM silver.sales")}
    assert rows == {1: 20, 2: 5, 3: 16, 5: 2}, "the refused row of 1 gives way to its older one, 4 has no other"
    assert mode(pipeline, "silver.sales")[0] == "none"
    pipeline.load("sales", SALES, [[2, "s", 6]])
    assert pipeline.refresh("silver.sales").record["mode"] == "incremental"
    assert pipeline.rows("SELECT amount FROM silver.sales WHERE id = 2")[0][0] == 12


def test_rebuild_from_the_beginning_gives_what_a_rebuild_gives(pipeline: Pipeline) -> None:
    ddl = (
        "CREATE OR REPLACE SILVER TABLE kept {} SURROGATE KEY number HISTORY DELETE WHEN (area = 'gone') SOFT {} "
        "WITH RULES (CHECK (amount > {})) AS SELECT id, area, amount * {} AS amount FROM bronze.sales"
    )
    shown = ("silver.kept", "silver.kept_history", "silver.kept_deleted", "quarantine.kept")
    left = "SELECT id, area, amount{} FROM {}"

    def contents() -> list[list[tuple[object, ...]]]:
        numbers = ("", "number", "number", "number", "_rules")
        return [
            pipeline.rows(left.format(f", {number}" if number else "", name))
            for name, number in zip(shown, numbers[1:], strict=True)
        ]

    pipeline.create(ddl.format("KEY (id)", "", 5, 1))
    pipeline.load("sales", SALES, [[1, "gone", 10], [4, "w", 4], [3, "w", 9], [3, "w", 3]])
    pipeline.refresh("silver.kept")
    pipeline.load("sales", SALES, [[3, "n", 8], [4, "gone", 8], [6, "n", 1]])
    pipeline.refresh("silver.kept")
    pipeline.create(ddl.format("KEY (id)", "REBUILD FROM '1970-01-01'", 6, 2))
    found = contents()
    assert all(found)
    pipeline.refresh("silver.kept", is_full=True)
    assert contents() == found


def test_rebuild_none_says_where_it_cannot_leave_rows(pipeline: Pipeline) -> None:
    changed = "CREATE OR REPLACE SILVER TABLE sales KEY (id) REBUILD NONE AS SELECT DISTINCT id FROM bronze.sales"
    with pytest.raises(FeatureNotSupported, match="it has DISTINCT"):
        pipeline.create(changed)
    assert len(pipeline.rows("SELECT area FROM silver.sales")) == 3, "the live version is as it was"


def test_a_lookup_waits_for_a_table_that_has_no_columns_yet(pipeline: Pipeline) -> None:
    define(pipeline, "CREATE SILVER TABLE areas KEY (id) FROM bronze.sales")
    rule = "LOOKUP silver.areas ON areas.id = t.id ADD (area)"
    ddl = f"CREATE SILVER TABLE t KEY (id) WITH RULES ({rule}) AS SELECT id FROM bronze.sales"
    with pytest.raises(ObjectNotInPrerequisiteState, match=r"silver\.areas has never been loaded"):
        pipeline.create(ddl)


def test_a_lookup_in_an_empty_table_finds_nothing(pipeline: Pipeline) -> None:
    pipeline.load("areas", {"code": "text", "name": "text"}, [])
    pipeline.create(
        "CREATE SILVER TABLE t KEY (id) WITH RULES (LOOKUP bronze.areas ON code = area ADD (name), "
        "FOREIGN KEY (area) REFERENCES bronze.areas (code) ON VIOLATION WARN) FROM bronze.sales"
    )
    assert pipeline.rows("SELECT id, name FROM silver.t") == [(1, None), (2, None), (3, None)]
    assert pipeline.results()["area_fkey"] == ("WARN", 3, False)


def test_a_table_without_data_is_filled_by_its_first_refresh(pipeline: Pipeline) -> None:
    define(pipeline, "CREATE SILVER TABLE later KEY (id) FROM bronze.sales")
    define(pipeline, "CREATE GOLD TABLE later AS SELECT count(*) AS n FROM silver.later")
    with pytest.raises(ObjectNotInPrerequisiteState):
        pipeline.refresh("gold.later")
    assert pipeline.refresh("silver.later").rows_out == 3
    assert pipeline.refresh("gold.later").rows_out == 1
    assert pipeline.rows("SELECT n FROM gold.later") == [(3,)]


def define(pipeline: Pipeline, ddl: str) -> None:
    """CREATE ... WITH NO DATA."""
    definition = parse_definition(ddl)
    pipeline.lake.commit(
        [], [DefinitionChange(kind_of(definition), str(definition.name), write(definition), "admin")], at=pipeline.at
    )


def test_quarantine_follows_a_changed_definition(pipeline: Pipeline) -> None:
    waiting = "SELECT id, _quarantine_id, _rules, _message, _status FROM quarantine.t"
    start = "CREATE OR REPLACE SILVER TABLE t KEY (id) WITH RULES ("
    pipeline.create(start + "CONSTRAINT big CHECK (amount > 7), NOT NULL amount) FROM bronze.sales")
    assert {row[0]: row[3] for row in pipeline.rows(waiting)} == {
        2: "big: amount > 7 does not hold for amount = 5.00",
        3: "amount_not_null: amount is null",
    }
    numbers = {row[0]: row[1] for row in pipeline.rows(waiting)}
    pipeline.create(start + "CONSTRAINT huge CHECK (amount > 8)) FROM bronze.sales")
    assert pipeline.rows(waiting) == [
        (2, numbers[2], ["huge"], "huge: amount > 8 does not hold for amount = 5.00", "open")
    ]
    pipeline.create(start.replace("KEY (id)", "KEY (area)") + "CONSTRAINT huge CHECK (amount > 1)) FROM bronze.sales")
    assert pipeline.rows(waiting) == []
    assert pipeline.rows("SELECT area, id FROM silver.t") == [("n", 1), ("s", 3)]


def test_only_files_that_may_hold_a_changed_key_are_written_again(pipeline: Pipeline) -> None:
    pipeline.load("sales", SALES, [[number, "w", 1] for number in range(100, 110)])
    pipeline.refresh("silver.sales")
    pipeline.load("sales", SALES, [[number, "w", 1] for number in range(200, 210)])
    pipeline.refresh("silver.sales")
    name = TableName("silver", "sales")
    before = {file.path for file in pipeline.lake.head().table(name).files}
    pipeline.load("sales", SALES, [[105, "x", 1], [300, "w", 1]])
    pipeline.refresh("silver.sales")
    after = {file.path for file in pipeline.lake.head().table(name).files}
    assert (len(before), len(before & after), len(after)) == (3, 2, 3)
    assert pipeline.rows("SELECT count(*), count(DISTINCT id) FROM silver.sales") == [(24, 24)]
