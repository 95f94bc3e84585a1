"""Which relation and column a result's columns come from."""

from __future__ import annotations

import pytest
import sqlglot

from ormolu.definitions import TableName
from ormolu.sql_extensions.origins import Origin, column_origins
from ormolu.sql_extensions.relations import Relation, RelationColumn
from ormolu.sql_extensions.types import data_type

SOURCE = sqlglot.parse_one("SELECT 1")
assert isinstance(SOURCE, sqlglot.exp.Query)


def relation(name: str, *columns: str) -> Relation:
    made = tuple(RelationColumn(each.strip("_"), data_type("text"), is_hidden=each.startswith("_")) for each in columns)
    assert isinstance(SOURCE, sqlglot.exp.Query)
    return Relation(TableName("silver", name), made, SOURCE, "1")


RELATIONS = (relation("orders", "id", "_hash", "total"), relation("stores", "id", "town"))
ID, TOTAL = Origin(TableName("silver", "orders"), 1), Origin(TableName("silver", "orders"), 2)
STORE, TOWN = Origin(TableName("silver", "stores"), 1), Origin(TableName("silver", "stores"), 2)

CASES = {
    "SELECT total, id AS n, total + 1, 'x' FROM silver.orders": (TOTAL, ID, None, None),
    "SELECT * FROM orders": (ID, TOTAL),
    "SELECT s.*, o.total FROM orders AS o, silver.stores AS s": (STORE, TOWN, TOTAL),
    "SELECT id, town, total FROM orders JOIN stores USING (id)": (ID, TOWN, TOTAL),
    "SELECT t.total FROM (SELECT total FROM orders) AS t": (TOTAL,),
    "SELECT total, count(*) FROM orders GROUP BY total": (TOTAL, None),
    "SELECT hash FROM orders": (None,),
    "SELECT 1": (None,),
    # What cannot be told has no origins.
    "SELECT * FROM orders JOIN stores USING (id)": (),
    "SELECT total FROM orders UNION ALL SELECT total FROM orders": (),
    "WITH orders AS (SELECT 1 AS total) SELECT total FROM orders": (),
    "SELECT i FROM generate_series(1, 2) AS g (i)": (),
    "SELECT a FROM orders AS o (a, b)": (),
    "VALUES (1)": (),
}


@pytest.mark.parametrize("query", CASES)
def test_a_column_that_is_passed_on_names_its_relation(query: str) -> None:
    tree = sqlglot.parse_one(query, read="postgres")
    assert column_origins(tree, RELATIONS, ("gold", "silver")) == CASES[query]
