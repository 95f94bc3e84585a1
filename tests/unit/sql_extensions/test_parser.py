"""Statements of the dialect and of PostgreSQL: what is read, and what is said where something is wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from ormolu import definitions as d
from ormolu.errors import OrmoluError
from ormolu.sql_extensions import statements as s
from ormolu.sql_extensions.parser.expressions import parse_expression
from ormolu.sql_extensions.parser.script import parse, parse_definition
from ormolu.sql_extensions.tags import tag_of
from ormolu.sql_extensions.writer.text import write

DIALECT = Path(__file__).with_name("dialect.sql").read_text()


def one(sql: str) -> s.Statement:
    [statement] = parse(sql)
    return statement


def created(statement: s.Statement) -> d.Definition | None:
    match statement:
        case s.Create(definition) | s.CreateSecret(_, definition):
            return definition
        case s.Explain(inner):
            return created(inner)
        case _:
            return None


# --- the dialect ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", parse(DIALECT), ids=lambda statement: statement.text[:60])
def test_every_worked_example_is_read_and_printed(statement: s.Statement) -> None:
    assert not isinstance(statement, s.Unsupported | s.Empty)
    assert tag_of(statement)
    definition = created(statement)
    if definition is not None:
        assert parse_definition(write(definition)) == definition


def test_the_dialect_has_as_many_statements_as_psql_splits_it_into() -> None:
    statements = parse(DIALECT)
    assert len(statements) == sum(line.rstrip().endswith(";") for line in DIALECT.splitlines())
    assert all(DIALECT[each.offset :].startswith(each.text) for each in statements)


def test_clauses_come_in_any_order() -> None:
    one_order = one("CREATE SILVER TABLE t KEY (a) SEQUENCE BY b COMMENT 'x' FROM bronze.t SCHEDULE NEVER")
    assert one_order == one(
        "CREATE SILVER TABLE silver.t SCHEDULE NEVER FROM bronze.t COMMENT 'x' SEQUENCE BY (b) KEY (a)"
    )


def test_options_of_a_bronze_source_go_where_they_belong() -> None:
    statement = one(
        "CREATE BRONZE SOURCE b FROM CONNECTION c ENDPOINT '/x' WITH (owner = 'me', lookback = '1 hour') "
        "LOAD INCREMENTAL ON at WITH (records = '$.data')"
    )
    assert isinstance(statement, s.Create)
    source = statement.definition
    assert isinstance(source, d.BronzeSource) and isinstance(source.source, d.ConnectionSource) and source.load
    assert source.source.options.find("records") == "$.data"
    assert source.load.options.find("lookback") == "1 hour"
    assert source.options.find("owner") == "me"


def test_what_migrants_write_is_read_as_ours() -> None:
    theirs = "CREATE SILVER TABLE t STORED AS SCD TYPE 2 WITH RULES ({}) FROM bronze.t"
    rules = "CHECK (a > 0) ON FAIL REJECT, NOT NULL b ON VIOLATION DROP ROW, NOT NULL c ON VIOLATION FAIL UPDATE"
    ours = "CHECK (a > 0) ON VIOLATION QUARANTINE, NOT NULL b ON VIOLATION DISCARD, NOT NULL c ON VIOLATION FAIL"
    assert one(theirs.format(rules)) == one(theirs.format(ours).replace("STORED AS SCD TYPE 2", "HISTORY"))


def test_a_query_may_end_in_with_no_data() -> None:
    statement = one("CREATE GOLD TABLE t AS SELECT 1 AS a WITH NO DATA")
    assert isinstance(statement, s.Create) and statement.with_no_data
    assert isinstance(statement.definition, d.GoldTable)
    assert statement.definition.query == d.Expression("SELECT 1 AS a")


def test_names_are_folded_unless_quoted() -> None:
    statement = one('CREATE SILVER TABLE Orders KEY (ID, "Id") FROM Bronze."Orders"')
    assert isinstance(statement, s.Create) and isinstance(statement.definition, d.SilverTable)
    assert statement.definition.name == d.TableName("silver", "orders")
    assert statement.definition.key == ("id", "Id")
    assert statement.definition.from_relation == d.TableName("bronze", "Orders")


@pytest.mark.parametrize(
    ("sql", "sqlstate", "at", "hint"),
    [
        ("CREATE SLIVER TABLE x AS SELECT 1", "42601", "SLIVER", "SILVER TABLE"),
        ("CREATE SILVER TABEL x AS SELECT 1", "42601", "TABEL", "TABLE"),
        ("CREATE SILVER TABLE bronze.x AS SELECT 1", "42601", "bronze.x", None),
        ("CREATE SILVER TABLE x KEYY (a) FROM bronze.x", "42601", "KEYY", "KEY"),
        ("CREATE SILVER TABLE x KEY (a) FROM bronze.x KEY (b)", "42601", "KEY (b)", None),
        ("CREATE SILVER TABLE x KEY (a)", "42601", "", "query"),
        ("CREATE SILVER TABLE x FROM bronze.x AS SELECT 1", "42601", "AS", None),
        ("CREATE SILVER TABLE x WITH (ownr = 'x') FROM bronze.x", "42601", "ownr", "owner"),
        ("CREATE SILVER TABLE x WITH (owner = 'x', owner = 'y') FROM bronze.x", "42601", "owner = 'y'", None),
        ("CREATE SILVER TABLE x WITH (freshness = 5) FROM bronze.x", "22023", "5)", "15 minutes"),
        ("CREATE SILVER TABLE x WITH (target_file_size = '5 pc') FROM bronze.x", "22023", "'5 pc'", "256 MB"),
        ("CREATE SILVER TABLE x WITH (publish = 'aut') FROM bronze.x", "22023", "'aut'", "auto"),
        (
            "CREATE SILVER TABLE x WITH RULES (CHECK (a > 1) ON VIOLATON WARN)",
            "42601",
            "VIOLATON",
            "VIOLATION",
        ),
        ("CREATE SILVER TABLE x WITH RULES (CHECK (a > ) ON VIOLATION WARN) FROM b.x", "42601", ") ON", None),
        (
            "CREATE SILVER TABLE x WITH RULES (CHECK (a > b) ON VIOLATION SET NULL) FROM b.x",
            "42601",
            "CHECK",
            "one column",
        ),
        (
            "CREATE SILVER TABLE x WITH RULES (UNIQUE (a, b) ON VIOLATION SET DEFAULT)",
            "42601",
            "UNIQUE",
            "one",
        ),
        (
            "CREATE SILVER TABLE x WITH RULES (EXPECT (count(*) > 1) ON VIOLATION DISCARD)",
            "42601",
            "EXPECT",
            "",
        ),
        ("CREATE SILVER TABLE x AS SELECT a b c FROM t", "42601", "c FROM", None),
        ("CREATE SILVER TABLE x (a intt) FROM bronze.x", "42704", "intt", "int"),
        ("CREATE SILVER TABLE x (a int, a int) FROM bronze.x", "42701", ")", None),
        ("CREATE SILVER TABLE x SCHEDULE EVERY 5 FROM bronze.x", "22023", "5 FROM", "'5 minutes'"),
        ("CREATE SILVER TABLE x SCHEDULE CRON '* *' FROM bronze.x", "22023", "'* *'", "five fields"),
        ("CREATE SILVER TABLE x SCHEDULE DAILY AT '25:00' FROM bronze.x", "22023", "'25:00'", "08:00"),
        ("CREATE CONNECTION x TYPE postgress", "42601", "postgress", "postgres"),
        ("CREATE CONNECTION x WITH (pth = 'a') TYPE sqlite", "42601", "pth", "path"),
        ("CREATE ALERT a WHEN LATE '5 minutes'", "42601", "'5 minutes'", "BY"),
        ("CREATE SECRET s", "42601", "", "AS 'literal'"),
        ("ALTER SILVER TABLE orders RENAME COLUM a TO b", "42601", "COLUM", "COLUMN"),
        ("SUGGEST RULE FOR bronze.x", "42601", "RULE", "RULES"),
        ("REFRESH orders", "42601", "orders", "silver.orders"),
        ("SELEC 1", "42601", "SELEC", "SELECT"),
        ("SELECT 1; SELEC 2", "42601", "SELEC 2", "SELECT"),
        ("SELECT * FROM t WHERE (a", "42601", "", None),
        ("GRANT SELEC ON silver.x TO bob", "42601", "SELEC", "SELECT"),
        ("CALL lake.f(a => 1, 2)", "42601", "2)", None),
        ("COPY t FROM PROGRAM 'rm'", "0A000", "PROGRAM", None),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_the_nearest_name(
    sql: str, sqlstate: str, at: str, hint: str | None
) -> None:
    with pytest.raises(OrmoluError) as raised:
        parse(sql)
    error = raised.value
    assert error.sqlstate == sqlstate
    assert error.position is not None and sql[error.position - 1 :].startswith(at)
    assert at or error.position == len(sql) + 1
    assert hint is None or hint in (error.hint or "")


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("", s.Empty()),
        (" -- nothing\n;;", s.Empty()),
        ("SET search_path TO a, \"B\", 'c d'", s.SetSetting("search_path", "a, B, c d")),
        ("SET LOCAL x.y = 1.5", s.SetSetting("x.y", "1.5", is_local=True)),
        ("SET SESSION extra_float_digits = -1", s.SetSetting("extra_float_digits", "-1")),
        ("SET TIME ZONE LOCAL", s.SetSetting("timezone", None)),
        ("SET NAMES 'utf8'", s.SetSetting("client_encoding", "utf8")),
        ("SET x TO DEFAULT", s.SetSetting("x", None)),
        ("SET ROLE bob", s.SetSetting("role", "bob")),
        ("SET TRANSACTION READ ONLY", s.SetTransaction(read_only=True)),
        ("SHOW TRANSACTION ISOLATION LEVEL", s.ShowSetting("transaction_isolation")),
        ("SHOW TIME ZONE", s.ShowSetting("timezone")),
        ("SHOW runs", s.ShowRuns()),
        ("RESET ALL", s.ResetSetting("all")),
        ("DISCARD TEMPORARY", s.Discard("TEMP")),
        ("begin transaction isolation level repeatable read, read only", s.Begin("repeatable read", read_only=True)),
        ("START TRANSACTION", s.Begin(is_start=True)),
        ("END", s.Commit()),
        ("ABORT WORK", s.Rollback()),
        ("ROLLBACK TO SAVEPOINT a", s.Rollback("a")),
        ("RELEASE a", s.ReleaseSavepoint("a")),
        ("FETCH c", s.Fetch("c")),
        ("FETCH 10 IN c", s.Fetch("c", "FORWARD", 10)),
        ("FETCH BACKWARD ALL FROM c", s.Fetch("c", "BACKWARD", None)),
        ("FETCH LAST c", s.Fetch("c", "ABSOLUTE", -1)),
        ("MOVE RELATIVE -2 IN c", s.Move("c", "RELATIVE", -2)),
        ("CLOSE ALL", s.CloseCursor(None)),
        ("DEALLOCATE PREPARE p", s.Deallocate("p")),
        ("UNLISTEN *", s.Unlisten(None)),
        ("ANALYZE", s.Analyze()),
        (
            "ANALYZE (VERBOSE) a.b (x, y), c",
            s.Analyze(((s.WrittenName("b", "a"), ("x", "y")), (s.WrittenName("c"), ()))),
        ),
        ("LOCK ONLY a.b, c *", s.LockTable((s.WrittenName("b", "a"), s.WrittenName("c")), "ACCESS EXCLUSIVE")),
        ("LOCK TABLE c IN SHARE ROW EXCLUSIVE MODE", s.LockTable((s.WrittenName("c"),), "SHARE ROW EXCLUSIVE")),
        ("NOTIFY a, 'b'", s.Notify("a", "b")),
        ("CREATE USER bob PASSWORD 'x'", s.CreateRole("bob", {"login": True, "password": "x"})),
        ("CREATE ROLE r NOLOGIN IN ROLE a, b", s.CreateRole("r", {"login": False, "in_role": ("a", "b")})),
        ("DROP ROLE IF EXISTS a, b", s.DropRole(("a", "b"), if_exists=True)),
        ("GRANT analyst TO bob WITH ADMIN OPTION", s.Grant(("bob",), roles=("analyst",), with_grant_option=True)),
        (
            "GRANT SELECT (a), UPDATE ON silver.x TO PUBLIC",
            s.Grant(
                ("public",),
                (s.Privilege("SELECT", ("a",)), s.Privilege("UPDATE")),
                s.Tables((s.WrittenName("x", "silver"),)),
            ),
        ),
        (
            "REVOKE ALL ON ALL TABLES IN SCHEMA silver FROM bob CASCADE",
            s.Revoke(("bob",), (s.Privilege("ALL"),), s.AllTablesInSchemas(("silver",)), is_cascade=True),
        ),
        (
            "COPY t (a, b) FROM STDIN CSV HEADER DELIMITER ';' NULL AS ''",
            s.CopyFrom(
                s.WrittenName("t"), ("a", "b"), {"format": "csv", "header": "true", "delimiter": ";", "null": ""}
            ),
        ),
        (
            "COPY s.t FROM '/x' WITH (FORCE_NULL (a, b), HEADER, FORMAT 'csv')",
            s.CopyFrom(
                s.WrittenName("t", "s"), (), {"force_null": "a,b", "header": "true", "format": "csv"}, path="/x"
            ),
        ),
        ("COMMENT ON COLUMN s.t.c IS NULL", s.CommentOn("COLUMN", s.WrittenName("t", "s"), "c", None)),
        ("CREATE TEMP TABLE x (a int)", s.Unsupported("CREATE TABLE")),
        ("CREATE OR REPLACE VIEW v (a) AS SELECT 1", s.Unsupported("CREATE VIEW")),
        ("DROP TABLE a, b", s.Unsupported("DROP TABLE")),
        ("ALTER TABLE a ADD COLUMN b int", s.Unsupported("ALTER TABLE")),
        (
            'CREATE OR REPLACE VIEW "d"."gold"."v" AS (SELECT 1)',
            s.CreateRelation("VIEW", s.WrittenName("v", "gold", "d"), d.Expression("(SELECT 1)"), or_replace=True),
        ),
        (
            "CREATE UNLOGGED TABLE IF NOT EXISTS t AS WITH x AS (SELECT 1) SELECT * FROM x WITH NO DATA",
            s.CreateRelation(
                "TABLE",
                s.WrittenName("t"),
                d.Expression("WITH x AS (SELECT 1) SELECT * FROM x"),
                if_not_exists=True,
                with_no_data=True,
            ),
        ),
        (
            "CREATE MATERIALIZED VIEW gold.m AS TABLE silver.t WITH DATA",
            s.CreateRelation("MATERIALIZED VIEW", s.WrittenName("m", "gold"), d.Expression("TABLE silver.t")),
        ),
        ("ALTER TABLE IF EXISTS gold.a RENAME TO b", s.RenameRelation("TABLE", s.WrittenName("a", "gold"), "b", True)),
        (
            "DROP VIEW IF EXISTS gold.v CASCADE",
            s.DropRelation("VIEW", s.WrittenName("v", "gold"), if_exists=True, is_cascade=True),
        ),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY gold.m", s.RefreshRelation(s.WrittenName("m", "gold"))),
        ("CREATE SCHEMA IF NOT EXISTS gold", s.CreateSchema("gold", if_not_exists=True)),
        ("ALTER SYSTEM SET x = 1", s.Unsupported("ALTER SYSTEM")),
        ("VACUUM FULL x", s.Unsupported("VACUUM")),
        ("DO $$ begin end $$", s.Unsupported("DO")),
        ("COMMIT PREPARED 'x'", s.Unsupported("COMMIT PREPARED")),
    ],
)
def test_statements_of_postgresql_are_read(sql: str, expected: s.Statement) -> None:
    assert one(sql) == expected


def test_the_word_commit_in_a_literal_is_no_commit() -> None:
    statements = parse("SELECT 'commit;'; COMMIT")
    assert [type(statement) for statement in statements] == [s.Query, s.Commit]


@pytest.mark.parametrize(
    ("sql", "is_read_only"),
    [
        ("SELECT 1", True),
        ("VALUES (1)", True),
        ("TABLE silver.x", True),
        ("(SELECT 1) UNION SELECT 2", True),
        ("WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", False),
        ("SELECT 1 INTO t", False),
    ],
)
def test_a_query_knows_whether_it_only_reads(sql: str, is_read_only: bool) -> None:
    statement = one(sql)
    assert isinstance(statement, s.Query) and statement.is_read_only is is_read_only


def test_changes_of_data_name_their_table() -> None:
    for sql in ("UPDATE q.T SET a = 1", "DELETE FROM q.t", "WITH a AS (SELECT 1) INSERT INTO q.t (b) SELECT * FROM a"):
        statement = one(sql)
        assert isinstance(statement, s.Insert | s.Update | s.Delete)
        assert statement.table == s.WrittenName("t", "q")


def test_statements_inside_statements_have_their_own_text() -> None:
    script = "SELECT 0; EXPLAIN (ANALYZE, FORMAT json) SELECT 1"
    explain = parse(script)[1]
    assert isinstance(explain, s.Explain) and isinstance(explain.statement, s.Query)
    assert explain.is_analyze and explain.options["format"] == "json"
    assert explain.statement.text == "SELECT 1"
    assert script[explain.statement.offset :] == "SELECT 1"


def test_copy_and_declare_carry_their_queries() -> None:
    copy = one("COPY (SELECT 1, (2)) TO STDOUT (FORMAT binary)")
    assert isinstance(copy, s.CopyTo) and copy.query is not None
    assert (copy.query.text, copy.options) == ("SELECT 1, (2)", {"format": "binary"})
    declare = one("DECLARE c NO SCROLL CURSOR WITH HOLD FOR SELECT 1")
    assert isinstance(declare, s.DeclareCursor)
    assert (declare.query.text, declare.with_hold, declare.is_scrollable) == ("SELECT 1", True, False)


def test_call_keeps_positional_and_named_arguments() -> None:
    call = one("CALL lake.publish('silver.orders', run_id => 42, reason := 'why')")
    assert isinstance(call, s.Call)
    assert call.function == "lake.publish"
    assert [argument.this for argument in call.positional] == ["silver.orders"]
    assert {name: argument.this for name, argument in call.named.items()} == {"run_id": "42", "reason": "why"}


# --- trees ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "relation",
    [
        "silver.orders AS o FOR VERSION AS OF 3",
        "silver.orders o FOR VERSION AS OF 3",
        "silver.orders FOR VERSION AS OF 3 AS o",
        "silver.orders FOR VERSION AS OF 3 o",
    ],
)
def test_time_travel_stands_before_or_after_the_alias(relation: str) -> None:
    statement = one(f"SELECT * FROM {relation} JOIN b ON true")
    assert isinstance(statement, s.Query)
    table = statement.tree.find(exp.Table)
    assert table is not None and table.alias == "o" and table.name == "orders"
    version = table.args["version"]
    assert (version.this, version.args["kind"], version.expression.this) == ("VERSION", "AS OF", "3")


def test_time_travel_by_timestamp_is_a_cast() -> None:
    statement = one("SELECT * FROM t AS o FOR SYSTEM_TIME AS OF TIMESTAMP '2025-01-01' WHERE a")
    assert isinstance(statement, s.Query)
    version = next(statement.tree.find_all(exp.Table)).args["version"]
    assert version.this == "TIMESTAMP" and isinstance(version.expression, exp.Cast)


def test_an_escape_string_keeps_its_characters() -> None:
    tree = parse_expression(r"E'a\n\'b' || x")
    assert tree.find(exp.Literal) == exp.Literal.string("a\n'b")


def test_positions_in_trees_survive_escape_strings() -> None:
    sql = r"SELECT E'\n\n' AS a, missing FROM t"
    statement = one(sql)
    assert isinstance(statement, s.Query)
    column = statement.tree.find(exp.Column)
    assert column is not None and column.this.meta["start"] == sql.index("missing")


@pytest.mark.parametrize(
    ("sql", "numbers"),
    [
        ("INSERT INTO t VALUES($1,$2,$3)", ["1", "2", "3"]),
        ("SELECT $1||$2", ["1", "2"]),
        ("SELECT f(a<$1,b<$2)", ["1", "2"]),
        ("SELECT 1 WHERE a=any($1::oid[])AND b=$2", ["1", "2"]),
    ],
)
def test_parameters_may_stand_close_together(sql: str, numbers: list[str]) -> None:
    statement = one(sql)
    assert isinstance(statement, s.Query | s.Insert)
    assert [node.name for node in statement.tree.find_all(exp.Parameter, bfs=False)] == numbers
    assert statement.tree.find(exp.ArrayContainedBy) is None


def test_a_dollar_quoted_string_is_a_string() -> None:
    assert parse_expression("$x$it's$x$ || $$y$$").find(exp.Literal) == exp.Literal.string("it's")


def test_ignore_nulls_stays_in_the_stored_text() -> None:
    text = "last_value(p IGNORE NULLS) OVER (PARTITION BY s ORDER BY t)"
    definition = parse_definition(f"CREATE SILVER TABLE t WITH RULES (SET p = {text} WHERE p IS NULL) FROM bronze.t")
    assert isinstance(definition, d.SilverTable)
    assert definition.rules == (d.SetRule("p", d.Expression(text), d.Expression("p IS NULL")),)


def test_an_unnamed_measure_is_named_after_its_function_and_column() -> None:
    definition = parse_definition(
        "CREATE GOLD FACT f MEASURES (sum(q), avg(p) FILTER (WHERE q > 0), count(*)) FROM silver.t"
    )
    assert isinstance(definition, d.GoldFact)
    assert [measure.name for measure in definition.measures][::2] == ["sum_q", "count"]


def test_long_numbers_keep_their_digits() -> None:
    definition = parse_definition("CREATE MART m FROM TEMPLATE retail WITH (x = 10000000000000000000000000001)")
    assert isinstance(definition, d.Mart)
    assert definition.options.find("x") == 10**28 + 1


def test_a_share_is_the_same_however_it_is_written() -> None:
    rule = "CREATE SILVER TABLE t WITH RULES (NOT NULL a ON VIOLATION WARN OR FAIL ABOVE {}) FROM bronze.t"
    assert parse_definition(rule.format("5%")) == parse_definition(rule.format("5.0%"))
    definition = parse_definition(rule.format("0.5%"))
    assert isinstance(definition, d.SilverTable)
    violation = definition.rules[0].on_violation
    assert violation is not None and violation.escalations == (d.Escalation(d.Action.FAIL, Decimal("0.5")),)


_WORDS = """
    CREATE SILVER TABLE GOLD METRIC x KEY ( ) , FROM bronze . t AS SELECT 1 WITH RULES CHECK ON VIOLATION WARN OR FAIL
    ABOVE 5 % ALTER SET SHOW COPY TO STDIN GRANT EXPLAIN FETCH 'text' "Id" SCHEDULE EVERY ; * = NOT NULL
"""
WORDS = st.sampled_from(_WORDS.split())


@given(st.lists(WORDS, max_size=14).map(" ".join))
@settings(max_examples=200, deadline=None)
def test_no_row_of_words_gives_anything_but_statements_or_an_error_of_ours(sql: str) -> None:
    try:
        statements = parse(sql)
    except OrmoluError as error:
        assert error.position is None or 1 <= error.position <= len(sql) + 1
    else:
        assert statements
