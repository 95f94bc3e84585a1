"""The types of a query's result, read off its tree."""

import pytest
import sqlglot
from sqlglot import exp

from ormolu.definitions import TableName
from ormolu.sql_extensions.relations import Relation, RelationColumn
from ormolu.sql_extensions.result_types import refined_types, result_type
from ormolu.sql_extensions.types import data_type

COLUMNS = {
    "id": "int8", "n": "int4", "name": "text", "email": "varchar(200)", "amount": "numeric(18,2)", "at": "timestamptz",
    "tags": "text[]", "doc": "jsonb", "d": "date", "who": "name", "o": "oid", "keys": "int2vector", "rate": "float8",
}  # fmt: skip
TABLE = Relation(
    TableName("silver", "t"),
    (
        *(RelationColumn(name, data_type(spelling)) for name, spelling in COLUMNS.items()),
        RelationColumn("_hash", data_type("text"), is_hidden=True),
    ),
    exp.select("1"),
    "1",
)


def types_of(sql: str) -> list[str | None]:
    tree = sqlglot.parse_one(sql, read="postgres")
    found = refined_types(tree, lambda table: TABLE if table.name == "t" else None)
    return [None if each is None else str(each) for each in found]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("email", "character varying(200)"),
        ("amount AS b", "numeric(18,2)"),
        ("x.amount", "numeric(18,2)"),
        ("(doc)", "jsonb"),
        ("_hash", "text"),
        ("amount * 2", "numeric"),
        ("n + id", "bigint"),
        ("rate * amount", "double precision"),
        ("sum(n)", "bigint"),
        ("sum(id)", "numeric"),
        ("avg(n)", "numeric"),
        ("max(amount)", "numeric"),
        ("max(email)", "text"),
        ("max(o)", "oid"),
        ("array_agg(who)", "name[]"),
        ("count(DISTINCT id)", "bigint"),
        ("row_number() OVER (ORDER BY id)", "bigint"),
        ("lag(amount) OVER (ORDER BY id)", "numeric"),
        ("sum(n) FILTER (WHERE n > 1)", "bigint"),
        ("tags[1]", "text"),
        ("tags[1:2]", "text[]"),
        ("keys[0]", "smallint"),
        ("ARRAY(SELECT amount FROM t)", "numeric(18,2)[]"),
        ("ARRAY['a', 'b']", "text[]"),
        ("(SELECT email FROM t LIMIT 1)", "character varying(200)"),
        ("CASE WHEN id = 1 THEN amount END", "numeric"),
        ("CASE WHEN id = 1 THEN who ELSE name END", "text"),
        ("coalesce(who, 'nobody')", "name"),
        ("coalesce(n, id)", "bigint"),
        ("'x'", "text"),
        ("NULL", "text"),
        ("1", "integer"),
        ("3000000000", "bigint"),
        ("1.5", "numeric"),
        ("id = 1 AND name ~ 'x'", "boolean"),
        ("name OPERATOR(pg_catalog.~) 'x'", "boolean"),
        ("id IN (1, 2)", "boolean"),
        ("d - d", "integer"),
        ("d + 1", "date"),
        ("at - at", "interval"),
        ("name || id", "text"),
        ("'16389'::regclass", "regclass"),
        ("CAST('x' AS regclass)", "regclass"),
        ("o::pg_catalog.regtype::pg_catalog.text", "text"),
        ("'a'::\"char\"", '"char"'),
        ("id::numeric(10,2)", "numeric(10,2)"),
        ("id::varchar(5)", "character varying(5)"),
        ("pg_catalog.format_type(o, -1)", "text"),
        ("pg_get_userbyid(o)", "name"),
        ("current_schemas(true)", "name[]"),
        ("(information_schema._pg_expandarray(keys)).n", "integer"),
        ("my_function(id)", None),
    ],
)
def test_an_expression_has_postgresqls_type(expression: str, expected: str | None) -> None:
    assert types_of(f"SELECT {expression} FROM t AS x") == [expected]


def test_a_star_shows_what_is_not_hidden() -> None:
    assert types_of("SELECT * FROM t") == [str(data_type(spelling)) for spelling in COLUMNS.values()]


def test_a_column_shared_by_using_shows_once_and_first() -> None:
    found = types_of("SELECT * FROM (SELECT email, n FROM t) a JOIN (SELECT n, who FROM t) b USING (n)")
    assert found == ["integer", "character varying(200)", "name"]


def test_types_pass_through_subqueries_ctes_and_aliases() -> None:
    sql = "WITH w(a, b) AS (SELECT email, amount FROM t) SELECT s.* FROM (SELECT w.b, w.a FROM w) AS s(p, q)"
    assert types_of(sql) == ["numeric(18,2)", "character varying(200)"]


def test_a_union_takes_the_type_that_holds_both() -> None:
    assert types_of("SELECT 1, NULL, email FROM t UNION ALL SELECT 2.5, who, 'x' FROM t") == [
        "numeric",
        "name",
        "character varying",
    ]


def test_a_recursive_cte_has_the_types_of_its_anchor() -> None:
    assert types_of("WITH RECURSIVE r(i) AS (SELECT o FROM t UNION ALL SELECT i FROM r) SELECT i FROM r") == ["oid"]


def test_a_lateral_subquery_sees_the_sources_before_it() -> None:
    assert types_of("SELECT b.x FROM t a LEFT JOIN LATERAL (SELECT a.email AS x) b ON true") == [
        "character varying(200)"
    ]


def test_functions_in_from_have_a_column() -> None:
    sql = "SELECT t.x, t.n, s.i FROM unnest(ARRAY[1, 2]) WITH ORDINALITY AS t(x, n), generate_series(1, 3) AS s(i)"
    assert types_of(sql) == ["integer", "bigint", "integer"]


def test_a_star_over_an_unknown_relation_says_nothing() -> None:
    assert types_of("SELECT * FROM elsewhere") == []


def test_a_refined_type_holds_only_where_duckdbs_values_have_its_form() -> None:
    assert str(result_type(data_type("oid"), "BIGINT")) == "oid"
    assert str(result_type(data_type("regclass"), "VARCHAR")) == "regclass"
    assert str(result_type(data_type("int2vector"), "VARCHAR")) == "int2vector"
    assert str(result_type(data_type("name[]"), "VARCHAR[]")) == "name[]"
    assert str(result_type(data_type("numeric"), "DECIMAL(38,2)")) == "numeric"
    assert str(result_type(data_type("date"), "VARCHAR")) == "text"
    assert str(result_type(None, "BIGINT")) == "bigint"
