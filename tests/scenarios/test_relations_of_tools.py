"""PostgreSQL's statements about tables and views, as modelling tools send them, make gold tables."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.peers.ormolu import OrmoluServer

SOURCE = "CREATE BRONZE SOURCE sales (shop text, amount integer) FROM UPLOAD FORMAT csv (header = true)"


def upload(server: OrmoluServer, rows: str) -> None:
    with server.connect() as connection:
        given = b"COPY bronze.sales FROM STDIN WITH (FORMAT csv, HEADER true)"
        with connection.cursor().copy(given) as copy:
            copy.write("shop,amount\n" + rows)


@pytest.fixture(scope="module")
def shop(server: OrmoluServer) -> OrmoluServer:
    server.run(SOURCE)
    upload(server, "north,1\nsouth,2\n")
    server.run("CREATE SILVER TABLE sales WITH (audit_columns = 'hidden') FROM bronze.sales")
    return server


@pytest.fixture(autouse=True)
def nothing_left(shop: OrmoluServer) -> Iterator[None]:
    yield
    for (name,) in shop.run("SELECT name FROM lake.objects WHERE kind ILIKE 'gold table'"):
        shop.run(f"DROP TABLE IF EXISTS {name} CASCADE")


def definition(server: OrmoluServer, name: str) -> str:
    return str(server.run(f"SHOW CREATE GOLD TABLE {name}")[0][1])


def test_a_table_keeps_the_rows_of_its_moment(shop: OrmoluServer) -> None:
    shop.run('CREATE TABLE "lakehouse"."gold"."totals" AS (SELECT sum(amount) AS total FROM silver.sales)')
    assert shop.run("SELECT total FROM gold.totals") == [(3,)]
    assert "SCHEDULE NEVER" in definition(shop, "totals")


def test_a_view_follows_what_it_reads(shop: OrmoluServer) -> None:
    with shop.connect() as connection:
        notices: list[str] = []
        connection.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))
        connection.execute("CREATE VIEW by_shop AS SELECT shop, sum(amount) AS total FROM silver.sales GROUP BY shop")
    assert notices == ["gold.by_shop is kept as a gold table and refreshed after what it reads"]
    assert "SCHEDULE" not in definition(shop, "by_shop")
    upload(shop, "north,40\n")
    shop.run("REFRESH silver.sales CASCADE")
    assert shop.run("SELECT total FROM gold.by_shop WHERE shop = 'north'") == [(41,)]
    shop.run("CREATE OR REPLACE VIEW gold.by_shop AS SELECT DISTINCT shop FROM silver.sales")
    assert len(shop.run("SELECT * FROM gold.by_shop")[0]) == 1


def test_a_materialized_view_is_refreshed_when_asked(shop: OrmoluServer) -> None:
    shop.run("CREATE MATERIALIZED VIEW gold.kept AS SELECT count(*) AS n FROM silver.sales")
    (before,) = shop.run("SELECT n FROM gold.kept")[0]
    upload(shop, "west,5\n")
    shop.run("REFRESH silver.sales")
    assert shop.run("SELECT n FROM gold.kept") == [(before,)]
    assert shop.run("REFRESH MATERIALIZED VIEW gold.kept") == []
    assert shop.run("SELECT n FROM gold.kept") == [(before + 1,)]
    shop.run("DROP MATERIALIZED VIEW gold.kept")


def test_a_renamed_table_keeps_its_rows_and_grants(shop: OrmoluServer) -> None:
    shop.run("CREATE TABLE gold.old AS SELECT 1 AS a FROM silver.sales LIMIT 1")
    shop.run("CREATE ROLE looker LOGIN PASSWORD 'just looking'")
    shop.run("GRANT SELECT ON gold.old TO looker")
    shop.run("ALTER TABLE gold.old RENAME TO new")
    with shop.connect(user="looker", password="just looking") as connection:
        assert connection.execute("SELECT a FROM gold.new").fetchall() == [(1,)]
    with pytest.raises(psycopg.errors.UndefinedTable):
        shop.run("SELECT a FROM gold.old")
    shop.run("REFRESH gold.new FULL")
    shop.run("CREATE TABLE gold.old AS SELECT 2 AS a FROM silver.sales LIMIT 1")
    assert shop.run("SELECT a FROM gold.old") == [(2,)]
    with pytest.raises(psycopg.errors.DuplicateTable):
        shop.run("ALTER GOLD TABLE old RENAME TO new")
    shop.run("DROP TABLE gold.new")
    shop.run("DROP ROLE looker")


def test_a_table_that_is_read_keeps_its_name_outside_a_transaction(shop: OrmoluServer) -> None:
    shop.run("CREATE TABLE gold.base AS SELECT shop FROM silver.sales")
    shop.run("CREATE VIEW gold.above AS SELECT shop FROM gold.base")
    with pytest.raises(psycopg.errors.DependentObjectsStillExist) as told:
        shop.run("ALTER TABLE gold.base RENAME TO other")
    assert told.value.diag.message_detail == "gold.above reads it"
    with pytest.raises(psycopg.errors.DependentObjectsStillExist):
        shop.run("DROP TABLE gold.base")
    shop.run("DROP TABLE gold.base CASCADE")
    assert shop.run("SELECT name FROM lake.objects WHERE kind ILIKE 'gold table'") == []


def test_a_transaction_puts_another_table_under_a_name_that_is_read(shop: OrmoluServer) -> None:
    shop.run("CREATE TABLE gold.base AS SELECT 1 AS version FROM silver.sales LIMIT 1")
    shop.run("CREATE VIEW gold.above AS SELECT version FROM gold.base")
    with shop.connect() as connection:
        with connection.transaction():
            connection.execute("CREATE TABLE gold.base__new AS (SELECT 2 AS version FROM silver.sales LIMIT 1)")
            connection.execute("ALTER TABLE gold.base RENAME TO base__old")
            connection.execute("ALTER TABLE gold.base__new RENAME TO base")
            assert connection.execute("SELECT version FROM gold.base").fetchall() == [(2,)]
            assert shop.run("SELECT version FROM gold.base") == [(1,)]
        with connection.transaction():
            connection.execute("DROP TABLE IF EXISTS gold.base__old CASCADE")
    assert shop.run("SELECT version FROM gold.base") == [(2,)]
    shop.run("REFRESH gold.above")
    assert shop.run("SELECT version FROM gold.above") == [(2,)]


def test_a_transaction_that_takes_a_name_away_from_its_readers_is_not_committed(shop: OrmoluServer) -> None:
    shop.run("CREATE TABLE gold.base AS SELECT 1 AS version FROM silver.sales LIMIT 1")
    shop.run("CREATE VIEW gold.above AS SELECT version FROM gold.base")
    with (
        shop.connect() as connection,
        pytest.raises(psycopg.errors.DependentObjectsStillExist),
        connection.transaction(),
    ):
        connection.execute("ALTER TABLE gold.base RENAME TO other")
    assert shop.run("SELECT version FROM gold.base") == [(1,)]


def test_if_exists_and_if_not_exists_are_heard(shop: OrmoluServer) -> None:
    shop.run("DROP TABLE IF EXISTS gold.nothing CASCADE")
    shop.run("DROP VIEW IF EXISTS nothing")
    shop.run("ALTER TABLE IF EXISTS gold.nothing RENAME TO something")
    shop.run("CREATE SCHEMA IF NOT EXISTS gold")
    for _ in range(2):
        shop.run("CREATE TABLE IF NOT EXISTS gold.once AS SELECT 1 AS a FROM silver.sales")
    with pytest.raises(psycopg.errors.UndefinedTable):
        shop.run("DROP TABLE gold.nothing")
    with pytest.raises(psycopg.errors.DuplicateTable):
        shop.run("CREATE TABLE gold.once AS SELECT 1 AS a FROM silver.sales")
    with pytest.raises(psycopg.errors.DuplicateSchema):
        shop.run("CREATE SCHEMA gold")


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("CREATE TABLE gold.t (a integer)", "0A000"),
        ("CREATE TEMP TABLE t AS SELECT 1", "0A000"),
        ("CREATE VIEW silver.v AS SELECT 1 AS a", "0A000"),
        ("CREATE VIEW public.v AS SELECT 1 AS a", "3F000"),
        ("CREATE VIEW other.gold.v AS SELECT 1 AS a", "0A000"),
        ("DROP TABLE silver.sales", "0A000"),
        ("DROP TABLE gold.a, gold.b", "0A000"),
        ("CREATE SCHEMA marts", "0A000"),
        ("CREATE VIEW gold.v AS SELECT * FROM silver.nothing", "42P01"),
    ],
)
def test_what_cannot_be_is_refused(shop: OrmoluServer, sql: str, sqlstate: str) -> None:
    with pytest.raises(psycopg.Error) as told:
        shop.run(sql)
    assert told.value.sqlstate == sqlstate


def test_only_administrators_make_tables(shop: OrmoluServer) -> None:
    shop.run("CREATE ROLE maker LOGIN PASSWORD 'would like to'")
    with (
        shop.connect(user="maker", password="would like to") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE gold.t AS SELECT 1 AS a FROM silver.sales")
    shop.run("DROP ROLE maker")
