"""ALTER DATABASE ... PROMOTE FROM: what was tried in a copy becomes true where it came from, all of it or nothing."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.peers.ormolu import OrmoluServer

Session = psycopg.Connection[tuple[Any, ...]]
PROMOTE = "ALTER DATABASE shop PROMOTE FROM dev"


def rows(session: Session, query: str) -> list[tuple[Any, ...]]:
    return session.execute(query.encode()).fetchall()


def refused(session: Session, statement: str) -> psycopg.Error:
    with pytest.raises(psycopg.Error) as raised:
        session.execute(statement.encode())
    return raised.value


def make(server: OrmoluServer) -> None:
    server.run("CREATE DATABASE shop")
    with server.connect(database="shop") as shop:
        for statement in (
            "CREATE BRONZE SOURCE sales (id integer, amount integer) FROM UPLOAD FORMAT csv",
            "CREATE SILVER TABLE sales KEY (id) SCHEDULE DAILY AT '03:00' AS SELECT id, amount FROM bronze.sales",
            "CREATE GOLD TABLE total AS SELECT sum(amount) AS amount FROM silver.sales",
            "CREATE GOLD TABLE old AS SELECT count(*) AS n FROM silver.sales",
            "CREATE ROLE IF NOT EXISTS bert LOGIN PASSWORD 'correct horse'",
            "GRANT SELECT ON gold.total TO bert",
        ):
            shop.execute(statement.encode())
        with shop.cursor().copy("COPY bronze.sales FROM STDIN WITH (FORMAT csv)") as copy:
            copy.write("1,10\n2,20\n")
        shop.execute("REFRESH silver.sales CASCADE")
    server.run("CREATE DATABASE dev TEMPLATE shop")


def test_what_was_tried_in_a_copy_becomes_true_at_once(server: OrmoluServer) -> None:
    make(server)
    with server.connect(database="dev") as dev, server.connect(database="shop") as shop:
        assert rows(shop, "EXPLAIN " + PROMOTE) == []
        dev.execute(
            b"CREATE OR REPLACE SILVER TABLE sales KEY (id) SCHEDULE DAILY AT '03:00' WITH (paused = true) "
            b"AS SELECT id, amount, amount * 2 AS twice FROM bronze.sales"
        )
        dev.execute("CREATE OR REPLACE GOLD TABLE total AS SELECT sum(twice) AS twice FROM silver.sales")
        dev.execute(  # what reads the amount in the other database does so no longer
            b"CREATE OR REPLACE SILVER TABLE sales KEY (id) SCHEDULE DAILY AT '03:00' WITH (paused = true) "
            b"AS SELECT id, amount::text AS amount, amount * 2 AS twice FROM bronze.sales"
        )
        dev.execute("CREATE GOLD TABLE latest AS SELECT max(twice) AS twice FROM silver.sales")
        dev.execute("DROP GOLD TABLE old")
        dev.execute("CREATE BRONZE SOURCE tried (a integer) FROM UPLOAD FORMAT csv")
        plan = {(row[1], row[2]) for row in rows(shop, "EXPLAIN " + PROMOTE)}
        assert {
            ("silver.sales", "replace definition"),
            ("silver.sales", "fill"),
            ("gold.total", "fill"),
            ("gold.latest", "define"),
            ("bronze.tried", "define"),
            ("gold.old", "keep"),
        } <= plan
        assert rows(shop, "SELECT amount FROM gold.total") == [(30,)], "EXPLAIN did nothing"
        told: list[str | None] = []
        shop.add_notice_handler(lambda notice: told.append(notice.message_primary))
        before = rows(shop, "SELECT count(*) FROM lake.versions WHERE table_name = 'lake.definitions'")[0][0]
        shop.execute(PROMOTE)
        assert "gold table gold.old was dropped in dev and stays" in told
        after = rows(shop, "SELECT count(*) FROM lake.versions WHERE table_name = 'lake.definitions'")[0][0]
        assert after == before + 1, "all of it is one commit"
        assert rows(shop, "SELECT twice FROM gold.total") == [(60,)]
        assert rows(shop, "SELECT twice FROM gold.latest") == [(40,)]
        assert rows(shop, "SELECT amount FROM silver.sales ORDER BY id") == [("10",), ("20",)]
        assert rows(shop, "SELECT n FROM gold.old") == [(2,)]
        assert "paused" not in rows(shop, "SHOW CREATE SILVER TABLE sales")[0][-1]
        assert "paused" in rows(dev, "SHOW CREATE SILVER TABLE sales")[0][-1]
        assert {row[2] for row in rows(shop, "EXPLAIN " + PROMOTE)} == {"keep"}
        shop.execute(PROMOTE)
        shop.execute(PROMOTE + " WITH DROPS")
        assert refused(shop, "SELECT n FROM gold.old").sqlstate == "42P01"
        assert rows(shop, "EXPLAIN " + PROMOTE) == []
    with server.connect(database="shop", user="bert", password="correct horse") as bert:
        assert rows(bert, "SELECT twice FROM gold.total") == [(60,)]
        assert refused(bert, PROMOTE).sqlstate == "42501"


def test_what_changed_on_both_sides_is_refused_with_the_list(server: OrmoluServer) -> None:
    with server.connect(database="dev") as dev, server.connect(database="shop") as shop:
        dev.execute("CREATE OR REPLACE GOLD TABLE latest AS SELECT max(twice) + 1 AS twice FROM silver.sales")
        shop.execute("CREATE OR REPLACE GOLD TABLE latest AS SELECT max(twice) + 2 AS twice FROM silver.sales")
        dev.execute("CREATE OR REPLACE GOLD TABLE total AS SELECT sum(twice) + 1 AS twice FROM silver.sales")
        for statement in (PROMOTE, "EXPLAIN " + PROMOTE):
            error = refused(shop, statement)
            assert error.sqlstate == "55000" and error.diag.message_detail == "gold table gold.latest changed in both"
        assert rows(shop, "SELECT twice FROM gold.total") == [(60,)]
        assert refused(shop, PROMOTE + " ONLY (gold.none)").sqlstate == "42704"
        shop.execute(PROMOTE + " ONLY (gold.total)")
        assert rows(shop, "SELECT twice FROM gold.total") == [(61,)]
        dev.execute("CREATE OR REPLACE GOLD TABLE latest AS SELECT max(twice) + 2 AS twice FROM silver.sales")
        shop.execute(PROMOTE)
        dev.execute("CREATE OR REPLACE GOLD TABLE latest AS SELECT max(twice) + 3 AS twice FROM silver.sales")


def test_it_is_promoted_from_elsewhere_in_a_transaction_or_not_at_all(server: OrmoluServer) -> None:
    with server.connect(database="dev") as dev, server.connect(database="shop") as shop:
        home = server.connect()
        assert refused(home, "ALTER DATABASE none PROMOTE FROM dev").sqlstate == "3D000"
        assert refused(home, "ALTER DATABASE shop PROMOTE FROM none").sqlstate == "3D000"
        assert refused(home, "ALTER DATABASE dev PROMOTE FROM shop").sqlstate == "55000"
        home.execute("BEGIN")
        assert refused(home, PROMOTE).sqlstate == "25001"
        home.execute("ROLLBACK")
        shop.execute("BEGIN")
        shop.execute(PROMOTE)
        assert rows(shop, "SELECT twice FROM gold.latest") == [(43,)]
        assert rows(dev, "SELECT 1") == [(1,)]
        shop.execute("ROLLBACK")
        assert rows(shop, "SELECT twice FROM gold.latest") == [(42,)]
        dev.execute("CREATE CONNECTION depot TYPE files WITH (url = 'depot')")
        dev.execute("CREATE BRONZE SOURCE parts FROM CONNECTION depot FILES '*.csv' FORMAT csv LOAD APPEND")
        for statement in (PROMOTE, "EXPLAIN " + PROMOTE):
            error = refused(shop, statement)
            assert (error.sqlstate, error.diag.message_detail) == ("42704", 'bronze.parts of "dev" reads it.')
        dev.execute("DROP BRONZE SOURCE parts")
        dev.execute("CREATE BRONZE SOURCE more (a integer) FROM UPLOAD FORMAT csv")
        dev.execute("CREATE SILVER TABLE more AS SELECT a FROM bronze.more")
        home.execute(PROMOTE)
        assert rows(shop, "SELECT twice FROM gold.latest") == [(43,)]
        assert rows(shop, "SELECT count(*) FROM silver.more") == [(0,)]
        dev.execute("CREATE OR REPLACE GOLD TABLE latest AS SELECT max(twice) + 4 AS twice FROM silver.sales")
        dev.execute(
            "CREATE GOLD TABLE strict WITH RULES (CONSTRAINT empty EXPECT (count(*) = 0)) "
            "AS SELECT id FROM silver.sales WITH NO DATA"
        )
        assert refused(home, PROMOTE).sqlstate == "23514"
        assert rows(shop, "SELECT twice FROM gold.latest") == [(43,)], "all of it, or nothing"
        assert rows(shop, "SELECT count(*) FROM lake.runs WHERE status IN ('queued', 'running', 'staged')") == [(0,)]
        home.close()
