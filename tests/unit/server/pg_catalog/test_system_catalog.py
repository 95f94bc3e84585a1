"""The rows of the system catalogs, and what a query over them may do."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ormolu.definitions import TableName
from ormolu.errors import FeatureNotSupported, OrmoluError, UndefinedFunction, UndefinedTable
from ormolu.server.pg_catalog.identifiers import FIRST_OID, OID_END, assigned
from ormolu.server.pg_catalog.objects import build
from ormolu.server.pg_catalog.snapshot import CatalogSnapshot
from ormolu.server.pg_catalog.static_rows import system_columns
from ormolu.server.pg_catalog.system_catalog import LIVE_SCHEMAS_MAX
from ormolu.sql_extensions.catalog.queries import names_catalog
from ormolu.sql_extensions.dialect.reading import parse_query


def test_every_system_relation_yields_its_columns(peer: Any, snapshot: CatalogSnapshot) -> None:
    for name, columns in system_columns().items():
        relation = peer.catalog.relation(name, snapshot)
        found = [column for column, *_ in peer.connection.execute(relation.source.sql("duckdb")).description]
        assert found[: len(columns)] == [column.name for column in columns], name


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "SELECT 'silver.customers'::regclass::text, 'customers'::regclass::text FROM pg_am LIMIT 1",
            ("customers",) * 2,
        ),
        ("SELECT 'bronze.orders'::regclass::text, 'orders'::regclass::text", ("bronze.orders", "orders")),
        ("SELECT to_regclass('nowhere') IS NULL, 'int4'::regtype, 'integer'::regtype::oid", (True, "integer", 23)),
        ("SELECT to_regtype('varchar')::oid, 1259::regclass::text, 0::regproc", (1043, "pg_class", "-")),
        (
            "SELECT format_type(1700, 1179654), format_type(1043, 204), format_type(0, -1)",
            ("numeric(18,2)", "character varying(200)", "-"),
        ),
        ("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'customers'", ("admin",)),
        ("SELECT indkey[0], indkey, indoption FROM pg_index WHERE indrelid = 'silver.orders'::regclass", (1, "1", "0")),
        ("SELECT conkey, confkey FROM pg_constraint WHERE contype = 'f'", ([2], [1])),
        ("SELECT obj_description('silver.customers'::regclass, 'pg_class')", ("clean customers",)),
        ("SELECT col_description('silver.customers'::regclass, 3)", ("contact",)),
        (
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'",
            ("FOREIGN KEY (customer_id) REFERENCES customers(customer_id)",),
        ),
        ("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'positive'", ("CHECK (amount > 0)",)),
        ("SELECT pg_get_viewdef('lake.runs'::regclass)", ("SELECT 1",)),
        (
            "SELECT pg_table_is_visible(o), pg_table_is_visible(b) FROM "
            "(SELECT 'silver.orders'::regclass AS o, 'bronze.orders'::regclass AS b) AS x",
            (True, False),
        ),
        ("SELECT count(*) FROM pg_attribute WHERE attrelid = 'silver.customers'::regclass AND attname = '_hash'", (0,)),
        ("SELECT datname FROM pg_stat_activity WHERE query = 'it''s'", ("shop",)),
        ("SELECT setting, source FROM pg_settings WHERE name = 'ormolu.mode'", ("test", "session")),
        ("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'pg\\_c%'", ("pg_catalog",)),
        (
            "SELECT x, n FROM pg_am, unnest(ARRAY['a', 'b']) WITH ORDINALITY AS t(x, n) WHERE oid = 2 AND n = 2",
            ("b", 2),
        ),
        (
            "SELECT current_schemas(true), current_database() FROM pg_am LIMIT 1",
            (["pg_catalog", "gold", "silver", "bronze"], "shop"),
        ),
    ],
)
def test_a_catalog_function_answers_as_postgresql(peer: Any, sql: str, expected: tuple[object, ...]) -> None:
    assert peer.rows(sql) == [expected]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("has_table_privilege('silver.customers', 'SELECT')", True),
        ("has_table_privilege('anna', 'silver.customers', 'select')", True),
        ("has_table_privilege('anna', 'silver.customers', 'INSERT')", False),
        ("has_table_privilege('anna', 'silver.customers', 'INSERT, SELECT')", True),
        ("has_table_privilege('anna', 'silver.orders', 'SELECT')", False),
        ("has_table_privilege('anna', 'silver.customers'::regclass, 'SELECT')", True),
        ("has_table_privilege('nobody', 'silver.customers', 'SELECT')", None),
        ("pg_has_role('anna', 'analysts', 'MEMBER')", True),
        ("pg_has_role('analysts', 'anna', 'MEMBER')", False),
    ],
)
def test_privileges_follow_grants_and_membership(peer: Any, call: str, expected: bool | None) -> None:
    rows = peer.rows(f"SELECT {call}")
    assert (rows[0][0] if rows else None) == expected


def test_information_schema_shows_tables_columns_and_keys(peer: Any) -> None:
    columns = peer.rows(
        "SELECT column_name, data_type, is_nullable, numeric_precision, numeric_scale, character_maximum_length "
        "FROM information_schema.columns WHERE table_schema = 'silver' AND table_name = 'customers' "
        "AND column_name IN ('amount', 'email', 'tags') ORDER BY ordinal_position"
    )
    assert columns == [
        ("email", "character varying", "YES", None, None, 200),
        ("amount", "numeric", "YES", 18, 2, None),
        ("tags", "ARRAY", "YES", None, None, None),
    ]
    keys = peer.rows(
        "SELECT constraint_name, column_name, position_in_unique_constraint FROM information_schema.key_column_usage "
        "WHERE table_schema = 'silver' ORDER BY 1"
    )
    assert keys == [
        ("customers_pkey", "customer_id", None),
        ("orders_customer_id_fkey", "customer_id", 1),
        ("orders_pkey", "order_id", None),
    ]


def test_parameters_take_the_type_of_what_they_are_compared_with(peer: Any) -> None:
    bound = peer.bind("SELECT 1 FROM pg_class WHERE oid = $1 AND relname LIKE $2 AND relkind = ANY ($3::text[])")
    assert [str(kind) for kind in bound.parameter_types] == ["oid", "text", "text[]"]
    assert peer.rows("SELECT typname FROM pg_type WHERE oid = $1", "23") == [("int4",)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM pg_class, read_csv('/etc/passwd')",
        "SELECT * FROM pg_class, read_text('/etc/passwd')",
        "SELECT getenv('HOME') FROM pg_class",
        "SELECT * FROM pg_class WHERE relname IN (SELECT content FROM read_text('/etc/passwd'))",
        "SELECT pg_catalog.getvariable('x') FROM pg_class",
        "SELECT (SELECT duckdb_settings()) FROM pg_class",
    ],
)
def test_a_function_that_is_not_listed_does_not_exist(peer: Any, sql: str) -> None:
    with pytest.raises(UndefinedFunction):
        peer.bind(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM pg_class, nowhere",
        "SELECT * FROM pg_class, 'file.csv'",
        'SELECT * FROM pg_class, "file.csv"',
        "SELECT * FROM pg_catalog.nowhere",
        "SELECT * FROM pg_class, static_rows.pg_type",
        "SELECT * FROM pg_class, duckdb_tables",
    ],
)
def test_a_relation_that_is_not_ours_does_not_exist(peer: Any, sql: str) -> None:
    with pytest.raises(OrmoluError) as raised:
        peer.bind(sql)
    assert raised.value.sqlstate in (UndefinedTable.sqlstate, "42601", "42501")


def test_only_queries_read_the_catalogs(peer: Any) -> None:
    with pytest.raises(FeatureNotSupported):
        peer.bind("DELETE FROM pg_class")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT * FROM pg_class", True),
        ("SELECT 1 FROM information_schema.tables", True),
        ("SELECT 'silver.orders'::regclass", True),
        ("SELECT obj_description(1)", True),
        ("WITH pg_class AS (SELECT 1) SELECT * FROM pg_class", False),
        ("SELECT * FROM silver.orders", False),
        ("SELECT current_schema(), version(), 'a'::text", False),
    ],
)
def test_a_catalog_query_is_known_by_what_it_names(sql: str, expected: bool) -> None:
    assert names_catalog(parse_query(sql)) is expected


def test_live_rows_move_with_the_snapshot_and_old_ones_are_dropped(peer: Any, snapshot: CatalogSnapshot) -> None:
    for version in range(LIVE_SCHEMAS_MAX + 3):
        newer = replace(snapshot, version=f"next-{version}", relations=snapshot.relations[:1])
        relation = peer.catalog.relation(TableName("pg_catalog", "pg_class"), newer)
        rows = peer.connection.execute(relation.source.sql("duckdb")).fetchall()
        assert sum(row[0] >= FIRST_OID for row in rows) == 1


def test_an_empty_lake_has_system_rows_only() -> None:
    tables = build(CatalogSnapshot("0", "empty"))
    assert all(tables[name].num_rows == 0 for name in ("pg_class", "pg_attribute", "pg_authid", "pg_database"))


def test_oids_do_not_depend_on_what_else_there_is() -> None:
    assert assigned(["b", "a"])["a"] == assigned(["a"])["a"]


@given(st.sets(st.text(max_size=20), max_size=300))
@settings(max_examples=50, deadline=None)
def test_oids_are_unique_and_in_range(keys: set[str]) -> None:
    oids = assigned(keys)
    assert len(set(oids.values())) == len(keys)
    assert all(FIRST_OID <= oid < OID_END for oid in oids.values())
