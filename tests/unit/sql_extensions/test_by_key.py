"""Only the plainest query is one of rows by a value: whatever computes, joins, limits or compares otherwise is not."""

from __future__ import annotations

import pytest
from sqlglot import exp

from ormolu.definitions import TableName
from ormolu.sql_extensions.by_key import find_by_key
from ormolu.sql_extensions.queries import bind_query
from ormolu.sql_extensions.relations import Relation, RelationColumn
from ormolu.sql_extensions.types import data_type

COLUMNS = (("id", "bigint"), ("code", "text"), ("short", "char(3)"), ("price", "numeric(12,2)"), ("tags", "text[]"))
ITEMS = Relation(
    TableName("gold", "items"),
    tuple(RelationColumn(name, data_type(kind)) for name, kind in COLUMNS),
    exp.select(*(name for name, _ in COLUMNS)).from_("files"),
    "v1",
)


def by_key(query: str) -> str | None:
    found = find_by_key(bind_query(query, lambda name, as_of: ITEMS))
    return None if found is None else f"{found.key_type.__name__}: {found.sql}"


def test_the_rows_of_a_value_are_cut_out_of_all_rows() -> None:
    rows = '(SELECT id, code, short, price, tags FROM files) AS "i_1"'
    assert by_key("SELECT code AS c, price FROM items i WHERE id = $1") == (
        f'int: SELECT "i_1"."id", "i_1"."code" AS "c", "i_1"."price" AS "price" FROM {rows}'
    )
    assert by_key("SELECT id FROM items i WHERE (code = $1::text)") == (
        f'str: SELECT "i_1"."code", "i_1"."id" AS "id" FROM {rows}'
    )


@pytest.mark.parametrize(
    "query",
    [
        "SELECT id FROM items",
        "SELECT id FROM items WHERE id = 5",
        "SELECT id FROM items WHERE id > $1",
        "SELECT id FROM items WHERE id = $1 AND code = 'x'",
        "SELECT id FROM items WHERE id = $1 OR id = $2",
        "SELECT id FROM items WHERE id + 1 = $1",
        "SELECT id FROM items WHERE id = $1 + 1",
        "SELECT id FROM items WHERE price = $1",
        "SELECT id FROM items WHERE short = $1",
        "SELECT id FROM items WHERE tags = $1",
        "SELECT id + 1 FROM items WHERE id = $1",
        "SELECT count(*) FROM items WHERE id = $1",
        "SELECT DISTINCT code FROM items WHERE id = $1",
        "SELECT code FROM items WHERE id = $1 ORDER BY code",
        "SELECT code FROM items WHERE id = $1 LIMIT 1",
        "SELECT a.code FROM items a, items b WHERE a.id = $1",
        "SELECT a.code FROM items a JOIN items b ON a.id = b.id WHERE a.id = $1",
        "SELECT code FROM (SELECT code, id FROM items LIMIT 3) x WHERE id = $1",
        "SELECT code FROM (SELECT code, sum(id)::bigint AS id FROM items GROUP BY 1) x WHERE id = $1",
        "SELECT code FROM items WHERE id = $1 UNION ALL SELECT 'x'",
        "WITH x AS (SELECT 1) SELECT code FROM items WHERE id = $1",
    ],
)
def test_everything_else_is_the_engines(query: str) -> None:
    assert by_key(query) is None
