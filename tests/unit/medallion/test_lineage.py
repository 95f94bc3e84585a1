"""What is made from what."""

from __future__ import annotations

import pytest

from ormolu.definitions import (
    BronzeSource,
    Definition,
    Expression,
    GoldMetric,
    Grain,
    LookupRule,
    Measure,
    SilverTable,
    TableName,
    Upload,
)
from ormolu.errors import InvalidObjectDefinition
from ormolu.medallion.lineage import (
    check_acyclic,
    dependents,
    downstream_in_order,
    in_order,
    lineage_edges,
    order_upstreams,
    upstreams,
)

ORDERS, CODES = TableName("bronze", "orders"), TableName("silver", "codes")
SILVER, METRIC = TableName("silver", "orders"), TableName("gold", "revenue")


def relations() -> dict[TableName, Definition]:
    query = "WITH recent AS (SELECT * FROM orders) SELECT recent.*, upper(recent.code) AS big FROM recent"
    return {
        METRIC: GoldMetric(
            METRIC,
            SILVER,
            (Grain("month", Expression("date_trunc('month', day)")),),
            (Measure("total", Expression("sum(big)")), Measure("mean", Expression("total / count(*)"))),
        ),
        SILVER: SilverTable(
            SILVER,
            query=Expression(query),
            rules=(LookupRule(CODES, Expression("code = big"), add=("label",)),),
        ),
        CODES: SilverTable(CODES, from_relation=TableName("bronze", "codes")),
        ORDERS: BronzeSource(ORDERS, Upload()),
    }


def test_with_queries_are_no_upstreams_and_a_table_is_not_its_own() -> None:
    known = relations()
    assert upstreams(known[SILVER], known) == (ORDERS,)
    assert upstreams(known[ORDERS], known) == ()


def test_lookups_count_for_the_order_only() -> None:
    known = relations()
    assert order_upstreams(known[SILVER]) == ((CODES, "lookup"),)
    assert dependents(known, CODES) == ()
    assert in_order(known).index(CODES) < in_order(known).index(SILVER) < in_order(known).index(METRIC)


def test_downstream_comes_in_order() -> None:
    assert downstream_in_order(relations(), ORDERS) == (SILVER, METRIC)
    assert downstream_in_order(relations(), METRIC) == ()
    assert downstream_in_order({}, METRIC) == ()


def test_companions_lead_to_their_table() -> None:
    known = relations()
    reader = TableName("gold", "gone")
    known[reader] = SilverTable(reader, query=Expression("SELECT * FROM silver.orders_deleted"))
    assert dependents(known, SILVER) == (reader, METRIC)


def test_a_cycle_is_named() -> None:
    known = relations()
    known[ORDERS] = SilverTable(ORDERS, from_relation=METRIC)
    with pytest.raises(InvalidObjectDefinition, match=r"silver\.orders <- bronze\.orders <- gold\.revenue <- silver"):
        check_acyclic(known, SILVER)
    check_acyclic(relations(), METRIC)


def test_columns_are_followed_through_expressions_stars_and_measures() -> None:
    up = [
        (str(edge.object), edge.column)
        for edge in lineage_edges(relations(), METRIC, column="mean", direction="UPSTREAM")
    ]
    assert up == [("silver.orders", "big"), ("bronze.orders", "code")]
    down = {
        (str(edge.object), edge.column)
        for edge in lineage_edges(relations(), ORDERS, column="code", direction="DOWNSTREAM")
    }
    assert down == {
        ("silver.orders", "code"),
        ("silver.orders", "big"),
        ("gold.revenue", "total"),
        ("gold.revenue", "mean"),
    }
