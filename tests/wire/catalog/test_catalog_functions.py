"""Functions of the system catalogs, over what only a lake has and what both servers have."""

from __future__ import annotations

import psycopg
import pytest

from tests.wire.catalog.sides import Side

SAME = [
    "SELECT has_table_privilege('analyst', 'gold.revenue', 'SELECT'), "
    "has_table_privilege('analyst', 'silver.orders', 'SELECT')",
    "SELECT has_table_privilege('analyst', '\"gold\".\"revenue\"', 'SELECT'), "
    "has_any_column_privilege('revenue', 'select')",
    "SELECT has_schema_privilege('analyst', 'gold', 'USAGE'), has_schema_privilege('analyst', 'pg_catalog', 'USAGE')",
    "SELECT pg_has_role('analyst', 'analysts', 'MEMBER'), pg_has_role('analysts', 'analyst', 'MEMBER')",
    "SELECT 'int'::regtype, 'VARCHAR(20)[]'::regtype, '\"char\"'::regtype, 'timestamp(3) with time zone'::regtype",
    "SELECT to_regclass('nowhere'), to_regclass('silver.orders')::text, to_regtype('nothing')",
    "SELECT t.typname, t.typtype, t.typrelid::regclass::text, a.typname, a.typelem = t.oid FROM pg_type t "
    "JOIN pg_type a ON a.oid = t.typarray WHERE t.typrelid = 'silver.customers'::regclass",
    "SELECT reltype = 'silver.customers'::regtype FROM pg_class WHERE oid = 'silver.customers'::regclass",
    "SELECT format('%I.%s = %L', 'Or der', 'x', 'it''s') FROM pg_catalog.pg_am WHERE oid = 2",
    "SELECT quote_ident('select'), quote_ident('plain'), quote_literal('it''s') FROM pg_catalog.pg_am WHERE oid = 2",
    "SELECT col_description('silver.customers'::regclass, 3), obj_description('silver.customers'::regclass, "
    "'pg_class')",
    "SELECT pg_get_serial_sequence('silver.orders', 'order_id'), pg_is_in_recovery(), pg_encoding_to_char(6)",
    "SELECT acl.privilege_type FROM pg_class c, LATERAL aclexplode(c.relacl) acl "
    "WHERE c.relname = 'revenue' "
    "ORDER BY 1",
    "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.oid = ANY ('{1259,1249}'::oid[]) ORDER BY 1",
]


@pytest.mark.parametrize("sql", SAME)
def test_a_function_answers_as_postgresql(ours: Side, theirs: Side, sql: str) -> None:
    mine, expected = ours.ask(sql), theirs.ask(sql)
    assert (mine.columns, mine.rows) == (expected.columns, expected.rows)


@pytest.mark.parametrize("sql", ["SELECT 'nowhere'::regclass", "SELECT 'nothing'::regtype", "SELECT 'nobody'::regrole"])
def test_an_object_that_does_not_exist_is_the_same_error(ours: Side, theirs: Side, sql: str) -> None:
    codes = []
    for side in (ours, theirs):
        with pytest.raises(psycopg.Error) as caught:
            side.connection.execute(sql.encode())
        codes.append(caught.value.sqlstate)
    assert codes[0] == codes[1]


def test_an_object_without_a_comment_is_described_in_words(ours: Side) -> None:
    (row,) = ours.ask("SELECT obj_description('silver.orders'::regclass, 'pg_class')").rows
    assert row == ("silver table; reads bronze.orders_raw; never written",)
    assert ours.ask("SELECT 1 FROM pg_description WHERE objoid = 'silver.orders'::regclass").rows == []


def test_a_view_of_the_lake_has_a_definition(ours: Side) -> None:
    ((text,),) = ours.ask("SELECT pg_get_viewdef('lake.runs'::regclass)").rows
    assert str(text).startswith(" SELECT ") and str(text).endswith("FROM lake.runs;")
    assert ours.ask("SELECT count(*) FROM pg_views WHERE schemaname = 'lake' AND definition IS NULL").rows == [("0",)]


def test_a_grant_is_seen_by_the_next_question(ours: Side) -> None:
    question = "SELECT has_table_privilege('analyst', 'silver.orders', 'SELECT')"
    assert ours.ask(question).rows == [("f",)]
    ours.connection.execute("GRANT SELECT ON silver.orders TO analyst")
    try:
        assert ours.ask(question).rows == [("t",)]
    finally:
        ours.connection.execute("REVOKE SELECT ON silver.orders FROM analyst")
    assert ours.ask(question).rows == [("f",)]
