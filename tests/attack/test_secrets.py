"""What is secret is shown nowhere: not by SHOW, in views, in errors, in pg_stat_activity, in a log or a file."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from tests.attack.conftest import ANALYST_PASSWORD, HIDDEN, SECRET
from tests.peers.ormolu import PASSWORD, OrmoluServer

Ask = Callable[[str], tuple[str | None, str]]

LAKE_VIEWS = (
    "objects", "datasets", "columns", "tags", "definitions", "runs", "run_steps", "rule_results", "status",
    "watermarks", "checkpoints", "files", "quarantine", "lineage", "schema_versions", "versions", "anomalies",
    "suggestions", "audit_log", "query_log", "secrets", "roles", "connections",
)  # fmt: skip


@pytest.mark.parametrize("view", LAKE_VIEWS)
def test_a_view_of_the_lake_shows_no_secret(view: str, as_admin: Ask, as_analyst: Ask) -> None:
    _, text = as_admin(f"SELECT * FROM lake.{view}")
    assert SECRET not in text and ANALYST_PASSWORD not in text and PASSWORD not in text
    sqlstate, text = as_analyst(f"SELECT * FROM lake.{view}")
    assert sqlstate in ("42501", "42P01") and "hidden" not in text


def test_show_create_names_the_secret_and_not_its_value(as_admin: Ask, as_analyst: Ask) -> None:
    for statement in ("SHOW CREATE SECRET pw", "SHOW CREATE CONNECTION db", "SHOW CREATE gold.hidden"):
        sqlstate, text = as_admin(statement)
        assert sqlstate is None and SECRET not in text
        assert as_analyst(statement)[0] == "42501"


def test_a_failed_connection_does_not_tell_its_password(as_admin: Ask) -> None:
    for statement in ("TEST CONNECTION db", "SHOW TABLES FROM CONNECTION db"):
        sqlstate, text = as_admin(statement)
        assert sqlstate == "08001" and SECRET not in text


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE SECRET broken AS 'the literal of the secret' SOMETHING",
        "CREATE SECRET pw AS 'the literal of the secret'",
        "CREATE ROLE anna LOGIN PASSWORD 'the literal of the secret'",
        "CREATE ROLE nobody LOGIN PASSWORD 'the literal of the secret' NOWORD",
        "ALTER ROLE nobody PASSWORD 'the literal of the secret'",
        "CREATE CONNECTION x TYPE postgres WITH (host = 'h', password = 'the literal of the secret', wrong = 1)",
        "CREATE CONNECTION x TYPE postgres WITH (host = 'h', dbname = 'd', password = 'the literal of the secret')",
    ],
)
def test_an_error_does_not_repeat_a_literal_that_is_secret(statement: str, lake: OrmoluServer, as_admin: Ask) -> None:
    _, text = as_admin(statement)
    assert SECRET not in text
    assert SECRET not in as_admin("SELECT * FROM lake.definitions")[1]
    assert SECRET not in as_admin("SELECT query FROM pg_stat_activity")[1]


def test_pg_stat_activity_hides_the_literal_while_the_statement_is_the_last_one(lake: OrmoluServer) -> None:
    with lake.connect() as other:
        for statement in (
            f"CREATE SECRET activity AS '{SECRET}'",
            f"CREATE ROLE activity LOGIN PASSWORD '{SECRET}'",
            f"ALTER ROLE activity PASSWORD '{SECRET}'",
        ):
            other.execute(statement.encode())
            rows = lake.run("SELECT query FROM pg_stat_activity")
            assert SECRET not in str(rows)


def test_an_analyst_does_not_see_the_statements_of_others(lake: OrmoluServer, as_analyst: Ask) -> None:
    with lake.connect() as other:
        other.execute("SELECT count(*) FROM gold.hidden WHERE v = 'what the admin looks for'")
        sqlstate, text = as_analyst("SELECT usename, query FROM pg_stat_activity")
    assert sqlstate is None and "what the admin looks for" not in text


def test_no_file_of_the_server_has_a_secret_in_the_clear(lake: OrmoluServer) -> None:
    for path in lake.folder.rglob("*"):
        if path.is_file() and path.name not in ("admin.password",):
            content = path.read_bytes()
            assert SECRET.encode() not in content, path
            assert ANALYST_PASSWORD.encode() not in content, path
    assert SECRET not in lake.log() and ANALYST_PASSWORD not in lake.log() and PASSWORD not in lake.log()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM gold.hidden",
        "SELECT * FROM silver.hidden",
        "SELECT * FROM bronze.hidden",
        "SELECT * FROM bronze.hidden_history",
        "SELECT * FROM quarantine.hidden",
        'SELECT * FROM "gold"."hidden"',
        "TABLE gold.hidden",
        "SELECT (SELECT max(v) FROM gold.hidden)",
        "SELECT * FROM gold.shown s LEFT JOIN LATERAL (SELECT v FROM gold.hidden) h ON true",
        "SELECT * FROM gold.shown WHERE EXISTS (SELECT 1 FROM gold.hidden WHERE v LIKE 'the%')",
        "SELECT * FROM gold.shown UNION SELECT id, v FROM gold.hidden",
        "WITH shown AS (SELECT * FROM gold.hidden) SELECT * FROM shown",
        "SELECT * FROM gold.hidden FOR VERSION AS OF 1",
        "SELECT * FROM gold.hidden FOR SYSTEM_TIME AS OF TIMESTAMP '2999-01-01'",
        "COPY gold.hidden TO STDOUT",
        "COPY (SELECT * FROM gold.hidden) TO STDOUT",
        "EXPLAIN SELECT * FROM gold.hidden",
        "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM gold.hidden",
        "PREPARE p AS SELECT * FROM gold.hidden",
        "SHOW LINEAGE gold.hidden",
        "PROFILE gold.hidden",
        "SUGGEST RULES FOR gold.hidden",
        "REFRESH gold.hidden",
        "UPDATE quarantine.hidden SET v = (SELECT max(v) FROM gold.hidden)",
        "SELECT measure(v) FROM gold.hidden",
        "SELECT * FROM gold.shown ORDER BY (SELECT v FROM gold.hidden LIMIT 1)",
        "SELECT 'gold.hidden'::regclass::text, (SELECT v FROM gold.hidden LIMIT 1)",
        "SELECT count(*) FROM pg_class, gold.hidden",
        "SELECT pg_get_viewdef('gold.hidden'::regclass) || (SELECT v FROM gold.hidden LIMIT 1)",
        "CREATE GOLD TABLE mine AS SELECT * FROM gold.hidden",
        "CREATE MONITOR m ON gold.hidden MEASURES (sum(id)) TIME v DETECT drop",
        "SUMMARIZE ANOMALIES FROM m",
        "EXPLAIN ANOMALY 1",
        "CANCEL RUN 1",
    ],
)
def test_an_analyst_gets_nothing_of_a_table_that_is_not_hers(statement: str, as_analyst: Ask) -> None:
    sqlstate, text = as_analyst(statement)
    assert sqlstate == "42501", (sqlstate, text)
    assert HIDDEN not in text


def test_an_analyst_is_not_told_of_the_runs_of_what_is_not_hers(as_analyst: Ask, as_admin: Ask) -> None:
    sqlstate, text = as_analyst("SHOW RUNS")
    assert sqlstate is None and "gold.shown" in text and "hidden" not in text
    assert "gold.hidden" in as_admin("SHOW RUNS")[1]


def test_rows_of_statistics_and_catalogs_hide_the_values(as_analyst: Ask) -> None:
    for view in ("pg_stats", "pg_statistic", "pg_class", "pg_description", "pg_settings", "pg_prepared_statements"):
        assert HIDDEN not in as_analyst(f"SELECT * FROM pg_catalog.{view}")[1]


def test_a_wrong_password_and_a_role_that_is_not_there_look_the_same(lake: OrmoluServer) -> None:
    told = set()
    for user, password in (("anna", "wrong"), ("nobody at all", "wrong")):
        with pytest.raises(psycopg.OperationalError) as raised:
            lake.connect(user=user, password=password)
        told.add(str(raised.value).replace(user, "ROLE").split("FATAL")[-1])
    assert len(told) == 1, told
