"""Refreshes of silver tables against a real store and engine: what enters, what waits, what is published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyiceberg.transforms import parse_transform
from pyiceberg.types import LongType

from ormolu.definitions import TableName
from ormolu.errors import (
    CardinalityViolation,
    CheckViolation,
    DuplicateColumn,
    InsufficientPrivilege,
    InvalidSyntax,
    ObjectNotInPrerequisiteState,
    UndefinedColumn,
    UndefinedTable,
)
from ormolu.medallion.columns import BRONZE_SYSTEM_COLUMNS
from tests.peers.pipeline import Pipeline

ORDERS = {"order_id": "text", "quantity": "text", "email": "text", "updated_at": "timestamptz", "op": "text"}
CREATE = """
    CREATE SILVER TABLE orders (quantity integer) KEY (order_id) SEQUENCE BY updated_at DELETE WHEN (op = 'D') SOFT
    WITH RULES (CONSTRAINT valid_email CHECK (email ~ '^[^@]+@[^@]+$')) FROM bronze.orders
"""


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    return Pipeline(tmp_path)


def order(
    order_id: str | None, quantity: str | None, day: int, *, email: str | None = "a@b", op: str = "I"
) -> list[object]:
    return [order_id, quantity, email, f"2026-01-{day:02}", op]


def living(pipeline: Pipeline) -> list[tuple[object, ...]]:
    return pipeline.rows("SELECT order_id, quantity FROM silver.orders")


def test_null_passes_a_check_and_a_null_key_waits_in_quarantine(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", None, 1, email=None), order(None, "1", 1)])
    result = pipeline.create(CREATE)
    assert living(pipeline) == [("a", None)]
    assert pipeline.rows("SELECT order_id, _rules, _status FROM quarantine.orders") == [(None, ["orders_pkey"], "open")]
    assert (result.rows_in, result.rows_out, result.rows_quarantined) == (2, 1, 1)


def test_a_value_that_cannot_be_cast_keeps_its_text_and_brings_a_suggestion(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "3 pcs", 1), order("b", "1.5", 1), order("c", " 7 ", 1)])
    pipeline.create(CREATE)
    assert living(pipeline) == [("c", 7)]
    assert pipeline.rows("SELECT quantity, _rules, _suggestion FROM quarantine.orders") == [
        ("1.5", ["cast_quantity"], None),
        ("3 pcs", ["cast_quantity"], '{"quantity":"3"}'),
    ]


def test_an_empty_source_makes_an_empty_table(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [])
    pipeline.create(CREATE)
    assert living(pipeline) == []


def test_a_source_that_was_never_made_is_named(pipeline: Pipeline) -> None:
    with pytest.raises(UndefinedTable, match=r"bronze\.orders"):
        pipeline.create(CREATE)
    assert pipeline.lake.head().find_table(TableName("silver", "orders")) is None


def test_late_rows_lose_and_later_ones_win(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "5", 5)])
    pipeline.create(CREATE)
    pipeline.load("orders", ORDERS, [order("a", "1", 1), order("b", "2", 2)])
    assert pipeline.refresh("silver.orders").record["mode"] == "incremental"
    assert living(pipeline) == [("a", 5), ("b", 2)]
    pipeline.load("orders", ORDERS, [order("a", "6", 6)])
    pipeline.refresh("silver.orders")
    assert living(pipeline) == [("a", 6), ("b", 2)]


def test_a_refresh_without_news_publishes_nothing(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "5", 5)])
    pipeline.create(CREATE)
    before = pipeline.lake.head().version
    assert pipeline.refresh("silver.orders").record["mode"] == "none"
    assert pipeline.lake.head().version == before


def test_an_unchanged_row_is_not_written_again(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "5", 5), order("b", "5", 5)])
    pipeline.create(CREATE)
    pipeline.load("orders", ORDERS, [order("a", "5", 5)])
    assert pipeline.refresh("silver.orders").rows_out == 0
    created = pipeline.rows("SELECT _created_at, _updated_at FROM silver.orders")
    assert set(created) == {(datetime(2026, 3, 1, 12, 1, tzinfo=UTC),) * 2}


def test_a_soft_deletion_moves_the_row_and_a_later_row_brings_it_back(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "5", 1)])
    pipeline.create(CREATE)
    pipeline.load("orders", ORDERS, [order("a", None, 2, op="D", email=None)])
    pipeline.refresh("silver.orders")
    everything = "SELECT order_id, quantity, _is_deleted FROM silver.orders_all"
    assert pipeline.rows(everything) == [("a", 5, True)]
    pipeline.load("orders", ORDERS, [order("a", "4", 1)])
    pipeline.refresh("silver.orders")
    assert pipeline.rows(everything) == [("a", 4, True)], "a row older than the deletion is what was deleted"
    pipeline.load("orders", ORDERS, [order("a", "9", 3)])
    pipeline.refresh("silver.orders")
    assert pipeline.rows(everything) == [("a", 9, False)]


def test_the_same_bad_row_is_quarantined_once(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "x", 1)])
    pipeline.create(CREATE)
    pipeline.load("orders", ORDERS, [order("a", "x", 1)])
    pipeline.refresh("silver.orders")
    pipeline.refresh("silver.orders", is_full=True)
    assert pipeline.rows("SELECT _quarantine_id, _status FROM quarantine.orders") == [(1, "open")]


def test_a_repair_enters_and_is_remembered_on_a_rebuild(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "x", 1), order("b", "y", 1)])
    pipeline.create(CREATE)
    assert (
        pipeline.change("UPDATE quarantine.orders SET quantity = '4' WHERE order_id = 'a'", "silver.orders").rows_out
        == 1
    )
    pipeline.reprocess("silver.orders")
    assert living(pipeline) == [("a", 4)]
    statuses = [("a", "reprocessed"), ("b", "open")]
    assert pipeline.rows("SELECT order_id, _status FROM quarantine.orders") == statuses
    pipeline.refresh("silver.orders", is_full=True)
    assert living(pipeline) == [("a", 4)]
    assert pipeline.rows("SELECT order_id, _status FROM quarantine.orders") == statuses


def test_a_repaired_row_never_overwrites_a_newer_one(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "x", 1)])
    pipeline.create(CREATE)
    pipeline.load("orders", ORDERS, [order("a", "8", 2)])
    pipeline.refresh("silver.orders")
    pipeline.change("UPDATE quarantine.orders SET quantity = '4'", "silver.orders")
    pipeline.reprocess("silver.orders")
    assert living(pipeline) == [("a", 8)]


def test_a_bad_row_that_came_again_is_repaired_where_it_came_last(pipeline: Pipeline) -> None:
    """Without SEQUENCE BY the last one counts; loads that are read again move nothing."""
    columns = {"k": "text", "v": "text"}
    pipeline.load("t", columns, [["a", "x"]])
    pipeline.create("CREATE SILVER TABLE t (v integer) KEY (k) FROM bronze.t")
    pipeline.load("t", columns, [["a", "8"]])
    pipeline.refresh("silver.t")
    pipeline.load("t", columns, [["a", "x"]])
    pipeline.refresh("silver.t")
    pipeline.refresh("silver.t", since="2026-03-01 11:00", until="2026-03-01 12:00:30")
    pipeline.change("UPDATE quarantine.t SET v = '4'", "silver.t")
    pipeline.reprocess("silver.t")
    assert pipeline.rows("SELECT k, v FROM silver.t") == [("a", 4)]
    pipeline.refresh("silver.t", is_full=True)
    assert pipeline.rows("SELECT k, v FROM silver.t") == [("a", 4)]


def test_a_repaired_row_whose_load_was_taken_back_stays_out_until_it_is_included(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "1", 1)])
    pipeline.create(CREATE)
    pipeline.load("orders", ORDERS, [order("b", "x", 2)])
    pipeline.refresh("silver.orders")
    pipeline.change("UPDATE quarantine.orders SET quantity = '4'", "silver.orders")
    for loads, expected in (("[2]", [("a", 1)]), ("[]", [("a", 1), ("b", 4)])):
        pipeline.exclude("orders", loads)
        pipeline.refresh("silver.orders")
        pipeline.reprocess("silver.orders")
        assert living(pipeline) == expected


def test_a_repaired_row_that_the_newest_extract_lacks_stays_out(pipeline: Pipeline) -> None:
    columns = {"k": "text", "v": "text"}
    pipeline.load("t", columns, [["a", "1"], ["b", "x"]], full=True)
    pipeline.create("CREATE SILVER TABLE t (v integer) KEY (k) FROM bronze.t")
    pipeline.change("UPDATE quarantine.t SET v = '4'", "silver.t")
    pipeline.load("t", columns, [["a", "1"]], full=True)
    pipeline.refresh("silver.t")
    pipeline.reprocess("silver.t")
    assert pipeline.rows("SELECT k, v FROM silver.t") == [("a", 1)]


def test_a_suggestion_is_taken(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "3 pcs", 1), order("b", "none", 1)])
    pipeline.create(CREATE)
    pipeline.change("UPDATE quarantine.orders SET _accept = true", "silver.orders")
    assert pipeline.rows("SELECT quantity, _status FROM quarantine.orders") == [("3", "repaired"), ("none", "open")]
    pipeline.reprocess("silver.orders", "'cast_quantity' = ANY (_rules)")
    assert living(pipeline) == [("a", 3)]


def test_a_discarded_row_is_hidden_and_stays_out(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "x", 1), order("b", "y", 1)])
    pipeline.create(CREATE)
    pipeline.change("DELETE FROM quarantine.orders WHERE order_id = 'a'", "silver.orders")
    assert pipeline.rows("SELECT order_id FROM quarantine.orders") == [("b",)]
    pipeline.refresh("silver.orders", is_full=True)
    assert pipeline.rows("SELECT order_id FROM quarantine.orders") == [("b",)]


def test_columns_of_ours_in_quarantine_are_not_set(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "x", 1)])
    pipeline.create(CREATE)
    with pytest.raises(InsufficientPrivilege):
        pipeline.change("UPDATE quarantine.orders SET _status = 'open'", "silver.orders")
    with pytest.raises(UndefinedColumn):
        pipeline.change("UPDATE quarantine.orders SET nothing = 1", "silver.orders")


def test_a_failing_rule_publishes_nothing_and_is_recorded(pipeline: Pipeline) -> None:
    ddl = CREATE.replace("WITH RULES (", "WITH RULES (CONSTRAINT few EXPECT (count(*) < 2) ON VIOLATION FAIL, ")
    pipeline.load("orders", ORDERS, [order("a", "1", 1)])
    pipeline.create(ddl)
    before = pipeline.lake.head().version
    pipeline.load("orders", ORDERS, [order("b", "1", 1)])
    at = pipeline.lake.head().version
    with pytest.raises(CheckViolation, match=r'rule "few" .* COUNT\(\*\) = 2'):
        pipeline.refresh("silver.orders")
    assert pipeline.lake.head().version == at != before
    assert pipeline.results()["few"] == ("FAIL", 1, False)
    assert living(pipeline) == [("a", 1)]


def test_a_fill_that_fails_creates_nothing(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "x", 1)])
    with pytest.raises(CheckViolation):
        pipeline.create(CREATE.replace("(quantity integer)", "(quantity integer ON VIOLATION FAIL)"))
    head = pipeline.lake.head()
    assert head.find_table(TableName("silver", "orders")) is None
    assert head.find_table(TableName("quarantine", "orders")) is None
    assert head.definitions.find_relation(TableName("silver", "orders")) is None


def test_a_share_of_violations_escalates(pipeline: Pipeline) -> None:
    ddl = CREATE.replace("FROM bronze", "FROM bronze").replace(
        "email ~ '^[^@]+@[^@]+$')", "email <> '') ON VIOLATION QUARANTINE OR FAIL ABOVE 50%"
    )
    pipeline.load("orders", ORDERS, [order("a", "1", 1, email=""), order("b", "1", 1)])
    pipeline.create(ddl)
    assert living(pipeline) == [("b", 1)]
    pipeline.load("orders", ORDERS, [order("c", "1", 1, email=""), order("d", "1", 1, email="")])
    with pytest.raises(CheckViolation, match="2 of 2 rows"):
        pipeline.refresh("silver.orders")


def test_excluded_loads_are_taken_back(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "1", 1)])
    pipeline.create(CREATE)
    pipeline.load("orders", ORDERS, [order("a", "2", 2), order("b", "2", 2)])
    pipeline.refresh("silver.orders")
    pipeline.exclude("orders", "[2]")
    assert "excluded" in str(pipeline.refresh("silver.orders").record["reason"])
    assert living(pipeline) == [("a", 1)]


def test_a_rule_that_fails_on_a_row_is_broken_by_that_row(pipeline: Pipeline) -> None:
    pipeline.load("ratios", {"id": "int4", "a": "int4", "b": "int4"}, [[1, 4, 0], [2, 4, 2], [3, None, 0], [4, 9, 1]])
    pipeline.create(
        "CREATE SILVER TABLE ratios KEY (id) WITH RULES (CONSTRAINT small CHECK (a / b < 5)) FROM bronze.ratios"
    )
    assert pipeline.rows("SELECT id FROM silver.ratios") == [(2,), (3,)], "a NULL is divided by anything"
    assert pipeline.rows("SELECT id, _rules FROM quarantine.ratios") == [(1, ["small"]), (4, ["small"])]


def test_two_matches_of_a_lookup_are_an_error(pipeline: Pipeline) -> None:
    pipeline.load("codes", {"code": "text", "label": "text"}, [["x", "1"], ["x", "2"]])
    pipeline.load("things", {"id": "int4", "code": "text"}, [[1, "x"], [2, None]])
    with pytest.raises(CardinalityViolation):
        pipeline.create(
            "CREATE SILVER TABLE things KEY (id) "
            "WITH RULES (LOOKUP bronze.codes ON codes.code = things.code ADD (label)) FROM bronze.things"
        )


def test_a_lookup_adds_fills_and_keeps_null_where_nothing_matches(pipeline: Pipeline) -> None:
    pipeline.load("codes", {"code": "text", "label": "text", "zone": "text"}, [["x", "X!", "north"], ["y", "Y!", None]])
    pipeline.load(
        "things",
        {"id": "int4", "c": "text", "zone": "text"},
        [[1, "x", None], [2, "?", None], [3, "x", "own"], [4, None, None]],
    )
    pipeline.create(
        "CREATE SILVER TABLE things KEY (id) WITH RULES (LOOKUP bronze.codes ON code = c ADD (label), "
        "LOOKUP bronze.codes ON code = c FILL (zone)) FROM bronze.things"
    )
    assert pipeline.rows("SELECT id, label, zone FROM silver.things") == [
        (1, "X!", "north"),
        (2, None, None),
        (3, "X!", "own"),
        (4, None, None),
    ]


def test_a_missing_key_of_a_full_extract_is_a_deletion_and_a_bad_one_keeps_the_last_good_row(
    pipeline: Pipeline,
) -> None:
    columns = {"sku": "text", "price": "text"}
    pipeline.load("products", columns, [["a", "1"], ["b", "2"], ["c", "3"]], full=True)
    pipeline.create("CREATE SILVER TABLE products (price numeric(9,2)) KEY (sku) FROM bronze.products")
    pipeline.load("products", columns, [["a", "1"], ["c", "oops"]], full=True)
    pipeline.refresh("silver.products")
    assert [row[0] for row in pipeline.rows("SELECT sku FROM silver.products")] == ["a", "c"]
    pipeline.load("products", columns, [["c", "4"]], full=True)
    pipeline.refresh("silver.products")
    assert [row[0] for row in pipeline.rows("SELECT sku FROM silver.products")] == ["c"]
    assert pipeline.rows("SELECT sku FROM quarantine.products") == []


def test_replace_by_takes_the_newest_version_of_a_group(pipeline: Pipeline) -> None:
    columns = {"o": "int4", "line": "int4", "at": "date"}
    pipeline.load("lines", columns, [[1, 1, "2026-01-02"], [1, 2, "2026-01-02"], [2, 1, "2026-01-02"]])
    pipeline.create("CREATE SILVER TABLE lines KEY (o, line) REPLACE BY (o) SEQUENCE BY at FROM bronze.lines")
    pipeline.load("lines", columns, [[1, 1, "2026-01-03"], [2, 5, "2026-01-01"]])
    pipeline.refresh("silver.lines")
    assert pipeline.rows("SELECT o, line FROM silver.lines") == [(1, 1), (2, 1)]


def test_history_keeps_versions_and_surrogate_keys_survive_a_rebuild(pipeline: Pipeline) -> None:
    columns = {"id": "int4", "city": "text", "at": "date"}
    pipeline.load("people", columns, [[1, "Paris", "2026-01-01"]])
    pipeline.create("CREATE SILVER TABLE people KEY (id) SURROGATE KEY sk HISTORY SEQUENCE BY at FROM bronze.people")
    pipeline.load("people", columns, [[1, "Lyon", "2026-02-01"], [1, "Lyon", "2026-02-05"]])
    pipeline.refresh("silver.people")
    pipeline.load("people", columns, [[1, "Nice", "2026-01-15"]])
    pipeline.refresh("silver.people")
    past = "SELECT sk, city, _valid_from::date::text, _valid_to::date::text FROM silver.people_history"
    expected = [
        (1, "Paris", "2026-01-01", "2026-01-15"),
        (2, "Lyon", "2026-02-01", None),
        (3, "Nice", "2026-01-15", "2026-02-01"),
    ]
    assert pipeline.rows(past) == expected
    assert pipeline.rows("SELECT sk, city FROM silver.people") == [(2, "Lyon")]
    pipeline.refresh("silver.people", is_full=True)
    assert pipeline.rows(past) == expected


def test_a_late_row_of_a_sequence_of_numbers_has_never_been_current(pipeline: Pipeline) -> None:
    columns = {"id": "text", "v": "int4", "at": "int4", "op": "text"}
    pipeline.load("t", columns, [["a", 10, 1, "I"], ["b", 20, 1, "I"], ["c", 30, 7, "I"], ["c", 31, 6, "I"]])
    pipeline.create(
        "CREATE SILVER TABLE t KEY (id) SURROGATE KEY sk SEQUENCE BY at DELETE WHEN (op = 'D') SOFT HISTORY"
        " FROM bronze.t"
    )
    pipeline.at += timedelta(hours=1)
    pipeline.load("t", columns, [["a", 11, 5, "I"], ["b", 20, 5, "D"], ["c", 32, None, "I"]])
    pipeline.refresh("silver.t")
    pipeline.at += timedelta(hours=1)
    pipeline.load("t", columns, [["a", 12, 3, "I"], ["b", 22, 4, "I"], ["d", 40, 1, "I"]])
    for is_full in (False, True):
        pipeline.refresh("silver.t", is_full=is_full)
        open_versions = "SELECT id, v, sk FROM silver.t_history WHERE _valid_to IS NULL"
        assert pipeline.rows(open_versions) == pipeline.rows("SELECT id, v, sk FROM silver.t"), is_full
        versions = pipeline.rows("SELECT id, v, _valid_from = _valid_to FROM silver.t_history")
        assert sorted(row[:2] for row in versions if not row[2]) == [
            ("a", 10), ("a", 11), ("b", 20), ("c", 30), ("d", 40)
        ]  # fmt: skip
        assert sorted(row[:2] for row in versions if row[2]) == [("a", 12), ("b", 22), ("c", 32)], "never held"
    numbers = "SELECT sk, id, v, _valid_from, _valid_to FROM silver.t_history"
    before = pipeline.rows(numbers)
    assert len({row[0] for row in before}) == len(before) == 8
    pipeline.load("t", columns, [["a", 13, 9, "I"]])
    pipeline.refresh("silver.t")
    kept = pipeline.rows(numbers)
    assert {row[:4] for row in before} < {row[:4] for row in kept} and len(kept) == 9


def test_hostile_names_pass_through(pipeline: Pipeline) -> None:
    columns = {'we"ird': "text", "select": "int4", "größe": "text"}
    pipeline.load("odd", columns, [["k", 1, None], ["l", None, "é"]])
    pipeline.create(
        'CREATE SILVER TABLE odd KEY ("we""ird") '
        'WITH RULES (SET "größe" = upper("größe"), NOT NULL "select") FROM bronze.odd'
    )
    assert pipeline.rows('SELECT "we""ird", "select", "größe" FROM silver.odd') == [("k", 1, None)]
    assert pipeline.rows('SELECT "größe", _rules FROM quarantine.odd') == [("é", ["select_not_null"])]


@pytest.mark.parametrize(
    ("ddl", "error"),
    [
        ("CREATE SILVER TABLE t (missing text) KEY (order_id) FROM bronze.orders", UndefinedColumn),
        ("CREATE SILVER TABLE t KEY (missing) FROM bronze.orders", UndefinedColumn),
        ("CREATE SILVER TABLE t WITH RULES (SET missing = 1) FROM bronze.orders", UndefinedColumn),
        (
            "CREATE SILVER TABLE t WITH RULES (CHECK (a > b) ON VIOLATION SET NULL) AS SELECT 1 AS a, 2 AS b",
            InvalidSyntax,
        ),
        ("CREATE SILVER TABLE t AS SELECT 1 AS a, 2 AS a", DuplicateColumn),
        (
            "CREATE SILVER TABLE t WITH RULES (EXPECT (count(*) > 0) ON VIOLATION QUARANTINE) FROM bronze.orders",
            InvalidSyntax,
        ),
    ],
)
def test_what_does_not_fit_is_refused(pipeline: Pipeline, ddl: str, error: type[Exception]) -> None:
    pipeline.load("orders", ORDERS, [order("a", "1", 1)])
    with pytest.raises(error):
        pipeline.create(ddl)


def test_an_added_column_keeps_what_is_there(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "1", 1)])
    pipeline.create(CREATE)
    pipeline.create(
        CREATE.replace("(quantity integer)", "(quantity integer, channel text DEFAULT 'shop')").replace(
            "CREATE SILVER", "CREATE OR REPLACE SILVER"
        )
    )
    assert pipeline.rows("SELECT order_id, channel FROM silver.orders") == [("a", "shop")]


def test_the_system_columns_that_bronze_gives_stay_hidden(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "1", 1)])
    pipeline.create(CREATE.replace("FROM bronze.orders", "WITH (audit_columns = 'hidden') FROM bronze.orders"))
    assert pipeline.names("silver.orders") == ["quantity", "order_id", "email", "updated_at", "op"]
    assert BRONZE_SYSTEM_COLUMNS[0].name not in pipeline.names("silver.orders")


def test_an_unloaded_upstream_is_told(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "1", 1)])
    with pytest.raises((UndefinedTable, ObjectNotInPrerequisiteState)):
        pipeline.create("CREATE SILVER TABLE t FROM bronze.nothing")


def test_a_silver_table_may_be_made_from_another(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "1", 1), order("b", "2", 1)])
    pipeline.create(CREATE)
    pipeline.create("CREATE SILVER TABLE copy KEY (order_id) FROM silver.orders")
    pipeline.load("orders", ORDERS, [order("a", None, 2, op="D"), order("b", "3", 2)])
    pipeline.refresh("silver.orders")
    pipeline.refresh("silver.copy")
    assert pipeline.rows("SELECT order_id, quantity, _change_type FROM silver.copy") == [("b", 3, "update")]


def test_bronze_columns_of_the_system_may_be_named_in_rules(pipeline: Pipeline) -> None:
    pipeline.load("orders", ORDERS, [order("a", "1", 1)])
    pipeline.create(CREATE.replace("SEQUENCE BY updated_at", "SEQUENCE BY (updated_at, _row_id)"))
    pipeline.load("orders", ORDERS, [order("a", "2", 1)])
    pipeline.refresh("silver.orders")
    assert living(pipeline) == [("a", 2)]


def test_a_message_says_the_rule_and_the_values_that_broke_it(pipeline: Pipeline) -> None:
    pipeline.load("shops", {"shop": "int4"}, [[1]])
    pipeline.load(
        "sales",
        {"id": "int4", "amount": "text", "shop": "int4", "note": "text"},
        [[1, "-1.00", 1, "x"], [2, "many", 2, "it's"], [None, "1", 1, None], [4, "2", 1, "dup"], [4, "3", 1, "dup"]],
    )
    pipeline.create(
        "CREATE SILVER TABLE sales (amount numeric(9,2) CHECK (amount\n  >= 0), note text NOT NULL) KEY (id) "
        "WITH RULES (CHECK (amount < 100 OR id > 5), FOREIGN KEY (shop) REFERENCES bronze.shops (shop), "
        "DEDUPLICATE BY (note) KEEP FIRST) FROM bronze.sales"
    )
    assert sorted(row[0] for row in pipeline.rows("SELECT _message FROM quarantine.sales")) == [
        "amount_check: amount >= 0 does not hold for amount = -1.00",
        "cast_amount: amount = 'many' cannot be numeric(9,2); shop_fkey: shop = 2 is not in bronze.shops (shop)",
        "duplicate: another row has note = 'dup' and was kept",
        "note_not_null: note is null; sales_pkey: null in the key (id)",
    ]


def test_a_merge_writes_only_the_buckets_of_the_keys_that_change(pipeline: Pipeline) -> None:
    sales = {"id": "bigint", "area": "text"}
    pipeline.load("spread", sales, [[number, "north" if number % 2 else "south"] for number in range(-60, 60)])
    pipeline.create("CREATE SILVER TABLE spread KEY (id) PARTITION BY (bucket(4, id)) FROM bronze.spread")
    name = TableName("silver", "spread")
    before = pipeline.lake.head().table(name)
    changed = [number for number in range(-60, 60) if parse_transform("bucket[4]").transform(LongType())(number) == 2]
    assert min(changed) < -40 and max(changed) > 40, "the bounds of what changes tell nothing"
    pipeline.load("spread", sales, [[changed[0], "west"], [changed[-1], "west"]])
    pipeline.refresh("silver.spread")
    after = pipeline.lake.head().table(name)
    kept = {file.path for file in before.files} & {file.path for file in after.files}
    assert len(before.files) == 4 and len(kept) == 3
    assert {file.partition for file in after.files if file.path not in kept} == {(2,)}
    assert len(pipeline.rows("SELECT id FROM silver.spread WHERE area = 'west'")) == 2
    pipeline.create(
        "CREATE OR REPLACE SILVER TABLE spread KEY (id) PARTITION BY (truncate(2, area), truncate(40, id)) "
        "FROM bronze.spread"
    )
    written = {file.partition for file in pipeline.lake.head().table(name).files}
    assert written == {(area, least) for area in ("no", "so") for least in (-80, -40, 0, 40)} | {
        ("we", -80),
        ("we", 40),
    }
    assert len(pipeline.rows("SELECT id FROM silver.spread")) == 120
