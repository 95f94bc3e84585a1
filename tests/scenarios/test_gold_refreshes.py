"""Gold tables and metrics against a real store: what is stored, what is refused, what measure() answers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ormolu.definitions import GoldMetric, TableName
from ormolu.errors import CheckViolation, DivisionByZero, FeatureNotSupported, GroupingError, UndefinedColumn
from ormolu.medallion.measure import StoredMetric, rewrite_measures
from ormolu.medallion.metric import READ_AT
from ormolu.sql_extensions.dialect.reading import parse_query
from ormolu.sql_extensions.queries import AsOf
from tests.peers.pipeline import Pipeline

SALES = {"id": "int4", "shop": "text", "buyer": "text", "amount": "numeric(9,2)", "is_return": "boolean"}
METRIC = """
    CREATE GOLD METRIC revenue FROM silver.sales GRAIN (shop, buyer)
    MEASURES (sum(amount) AS total, count(*) AS orders, count(DISTINCT buyer) AS buyers, total / orders AS average)
    FILTER (kept AS (NOT is_return))
"""


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    pipeline = Pipeline(tmp_path)
    pipeline.load(
        "sales",
        SALES,
        [
            [1, "n", "x", 10, False],
            [2, "n", "x", 20, False],
            [3, "n", "y", 60, False],
            [4, "s", "x", 5, False],
            [5, "s", None, None, False],
            [6, "s", "z", 99, True],
            [7, "s", "z", 99, None],
        ],
    )
    pipeline.create("CREATE SILVER TABLE sales KEY (id) FROM bronze.sales")
    return pipeline


def asked(pipeline: Pipeline, sql: str, **options: Any) -> list[tuple[Any, ...]]:
    def find(name: TableName, _: AsOf | None) -> StoredMetric | None:
        found = pipeline.lake.head().definitions.find_relation(name)
        read_at = pipeline.lake.head().table(name).properties.get(READ_AT)
        return StoredMetric(found, read_at) if isinstance(found, GoldMetric) else None

    tree = rewrite_measures(parse_query(sql), find, **options)
    return pipeline.rows(tree.sql("postgres", comments=False))


def test_a_gold_table_is_rebuilt_and_its_key_is_checked(pipeline: Pipeline) -> None:
    pipeline.create(
        "CREATE GOLD TABLE per_shop KEY (shop) AS SELECT shop, count(amount) AS n FROM silver.sales GROUP BY shop"
    )
    assert pipeline.rows("SELECT * FROM gold.per_shop") == [("n", 3), ("s", 3)]
    with pytest.raises(CheckViolation, match="wrong_pkey"):
        pipeline.create("CREATE GOLD TABLE wrong KEY (shop) AS SELECT shop, buyer FROM silver.sales")
    assert pipeline.lake.head().find_table(TableName("gold", "wrong")) is None


def test_a_division_by_zero_is_called_so(pipeline: Pipeline) -> None:
    with pytest.raises(DivisionByZero, match=r"^division by zero$"):
        pipeline.create("CREATE GOLD TABLE shares AS SELECT sum(id / (id - 1)) AS n FROM silver.sales")


def test_an_expectation_keeps_the_published_version(pipeline: Pipeline) -> None:
    pipeline.create(
        "CREATE GOLD TABLE small WITH RULES (EXPECT (change(count(*)) < 0.5)) AS SELECT id FROM silver.sales"
    )
    pipeline.load("sales", SALES, [[number, "n", "x", 1, False] for number in range(10, 20)])
    pipeline.refresh("silver.sales")
    with pytest.raises(CheckViolation, match="expect"):
        pipeline.refresh("gold.small")
    assert pipeline.rows("SELECT count(*) FROM gold.small") == [(7,)]


def test_quarantine_in_gold_says_so(pipeline: Pipeline) -> None:
    with pytest.raises(FeatureNotSupported):
        pipeline.create(
            "CREATE GOLD TABLE t WITH RULES (NOT NULL buyer ON VIOLATION QUARANTINE) AS SELECT buyer FROM silver.sales"
        )


def test_a_metric_is_stored_at_its_grain_and_tells_of_rows_lost_to_null(pipeline: Pipeline) -> None:
    pipeline.create(METRIC)
    assert pipeline.rows("SELECT shop, buyer, total, orders FROM gold.revenue") == [
        ("n", "x", Decimal("30.00"), 2),
        ("n", "y", Decimal("60.00"), 1),
        ("s", "x", Decimal("5.00"), 1),
        ("s", None, None, 1),
    ]
    assert pipeline.notices == ['1 rows of silver.sales are left out of gold.revenue: "kept" is NULL there']


def test_measure_adds_up_what_adds_up_and_recomputes_the_rest(pipeline: Pipeline) -> None:
    pipeline.create(METRIC)
    by_shop = "SELECT shop, measure(total), measure(orders), measure(average) FROM gold.revenue GROUP BY shop"
    assert asked(pipeline, by_shop) == [("n", Decimal(90), 3, Decimal(30)), ("s", Decimal(5), 2, Decimal("2.5"))]
    assert asked(pipeline, "SELECT measure(buyers), measure(total) FROM gold.revenue") == [(2, Decimal("95.00"))]
    assert asked(pipeline, "SELECT measure(buyers) FROM gold.revenue AS r WHERE r.shop = 'n'") == [(2,)]
    assert asked(pipeline, "SELECT measure(total), measure(orders) FROM gold.revenue WHERE shop = '?'") == [(None, 0)]


def test_a_sum_that_would_lie_is_refused(pipeline: Pipeline) -> None:
    pipeline.create(METRIC)
    with pytest.raises(GroupingError, match="buyers"):
        asked(pipeline, "SELECT sum(buyers) FROM gold.revenue")
    assert asked(pipeline, "SELECT sum(buyers) FROM gold.revenue", allows_sum=True) == [(3,)]
    assert asked(pipeline, "SELECT sum(total) FROM gold.revenue") == [(Decimal("95.00"),)]
    with pytest.raises(UndefinedColumn):
        asked(pipeline, "SELECT measure(nothing) FROM gold.revenue")


def test_columns_of_dimensions_are_not_supported_yet(pipeline: Pipeline) -> None:
    with pytest.raises(FeatureNotSupported, match=r"dim_customer\.segment"):
        pipeline.create(
            "CREATE GOLD METRIC m FROM silver.sales GRAIN (dim_customer.segment AS segment) MEASURES (count(*) AS n)"
        )


def test_measure_answers_for_the_rows_of_the_last_refresh(pipeline: Pipeline) -> None:
    pipeline.create(METRIC)
    pipeline.load("sales", SALES, [[8, "n", "w", 1, False]])
    pipeline.refresh("silver.sales")
    assert asked(pipeline, "SELECT measure(buyers) FROM gold.revenue") == [(2,)]
    pipeline.refresh("gold.revenue")
    assert asked(pipeline, "SELECT measure(buyers) FROM gold.revenue") == [(3,)]


def test_rules_are_the_gate_of_a_metric(pipeline: Pipeline) -> None:
    ruled = METRIC.replace("FILTER", "WITH RULES (EXPECT (sum(orders) < 6), CHECK (total >= 0), UNIQUE (buyer)) FILTER")
    with pytest.raises(CheckViolation, match=r'rule "buyer_key" \(UNIQUE\) failed'):
        pipeline.create(ruled)
    gated = ruled.replace(", UNIQUE (buyer)", "")
    pipeline.create(gated)
    pipeline.load("sales", SALES, [[8, "s", "x", 1, False]])
    pipeline.refresh("silver.sales")
    with pytest.raises(CheckViolation, match="SUM"):
        pipeline.refresh("gold.revenue")
    assert pipeline.rows("SELECT sum(orders) FROM gold.revenue") == [(5,)]
