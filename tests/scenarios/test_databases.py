"""Several databases on one server: each with its own tables, definitions, runs and grants; roles are shared."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.peers.ormolu import PASSWORD, OrmoluServer


def connect(server: OrmoluServer, database: str) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(server.url.rsplit("/", 1)[0] + f"/{database}", password=PASSWORD, autocommit=True)


def refused(connection: psycopg.Connection[tuple[Any, ...]], statement: str) -> str | None:
    with pytest.raises(psycopg.Error) as raised:
        connection.execute(statement.encode())
    return raised.value.sqlstate


def test_a_database_is_a_tenant(server: OrmoluServer) -> None:
    with connect(server, "lakehouse") as home:
        home.execute("CREATE DATABASE shop")
        assert refused(home, "CREATE DATABASE shop") == "42P04"
        assert refused(home, 'CREATE DATABASE "../shop"') == "42602"
        assert refused(home, "CREATE DATABASE other OWNER nobody") == "42704"
        assert refused(home, "BEGIN; CREATE DATABASE other") == "25001"
        home.execute("ROLLBACK")
        assert home.execute("SELECT datname FROM pg_database ORDER BY 1").fetchall() == [("lakehouse",), ("shop",)]
        home.execute("CREATE BRONZE SOURCE orders (id integer) FROM UPLOAD FORMAT csv")
        with connect(server, "shop") as shop:
            assert shop.execute("SELECT current_database()").fetchone() == ("shop",)
            assert shop.execute("SELECT count(*) FROM lake.objects").fetchone() == (0,)
            shop.execute("CREATE BRONZE SOURCE orders (id integer) FROM UPLOAD FORMAT csv")
            shop.execute("CREATE SILVER TABLE orders KEY (id) AS SELECT id FROM bronze.orders")
            with shop.cursor().copy("COPY bronze.orders FROM STDIN") as copy:
                copy.write("1\n2\n")
            shop.execute("REFRESH silver.orders")
            assert shop.execute("SELECT count(*) FROM silver.orders").fetchone() == (2,)
            assert shop.execute("SELECT count(*) FROM lake.runs WHERE status = 'succeeded'").fetchone() != (0,)
            assert refused(shop, "DROP DATABASE shop") == "55006"
            assert refused(home, "DROP DATABASE shop") == "55006", "somebody is connected"
            assert refused(shop, "DROP DATABASE lakehouse") == "55006"
            shop.execute("BEGIN")
            assert refused(shop, "DROP DATABASE lakehouse") == "25001"
            shop.execute("ROLLBACK")
            shop.execute("BEGIN")
            shop.execute("CREATE GOLD TABLE totals AS SELECT count(*) AS n FROM silver.orders")
            shop.execute("COMMIT")
            assert shop.execute("SELECT n FROM gold.totals").fetchone() == (2,)
        assert home.execute("SELECT name FROM lake.objects").fetchall() == [("bronze.orders",)]
        assert home.execute("SELECT count(*) FROM lake.runs WHERE object = 'silver.orders'").fetchone() == (0,)
        assert refused(home, "SELECT * FROM silver.orders") == "42P01"


def test_grants_of_one_database_give_nothing_in_another(server: OrmoluServer) -> None:
    with connect(server, "lakehouse") as home, connect(server, "shop") as shop:
        home.execute("CREATE ROLE anna LOGIN PASSWORD 'correct horse'")
        home.execute("GRANT SELECT ON SCHEMA silver TO anna")
        home.execute("GRANT CONNECT ON DATABASE shop TO anna")
        assert refused(home, "GRANT CONNECT ON DATABASE none TO anna") == "3D000"
        granted = "SELECT has_database_privilege('anna', 'shop', 'CONNECT'), (SELECT count(*) FROM silver.orders)"
        assert shop.execute(granted).fetchone() == (True, 2)
        url = f"postgresql://anna@127.0.0.1:{server.port}/shop"
        with psycopg.connect(url, password="correct horse", autocommit=True) as anna:
            assert refused(anna, "SELECT * FROM silver.orders") == "42501"
            assert refused(anna, "CREATE DATABASE other") == "42501"
            assert refused(anna, "DROP DATABASE lakehouse") == "42501"


def test_who_may_connect_is_granted(server: OrmoluServer) -> None:
    url = f"postgresql://anna@127.0.0.1:{server.port}/shop"
    may_connect = "SELECT has_database_privilege('anna', 'shop', 'CONNECT')"
    with connect(server, "lakehouse") as home:
        home.execute("REVOKE CONNECT ON DATABASE shop FROM anna, public")
        assert home.execute(may_connect).fetchone() == (False,)
        with pytest.raises(psycopg.OperationalError, match='permission denied for database "shop"'):
            psycopg.connect(url, password="correct horse")
        connect(server, "shop").close()
        home.execute("CREATE ROLE shoppers")
        home.execute("GRANT CONNECT ON DATABASE shop TO shoppers")
        home.execute("GRANT shoppers TO anna")
        assert home.execute(may_connect).fetchone() == (True,)
        psycopg.connect(url, password="correct horse").close()
        home.execute("REVOKE CONNECT ON DATABASE shop FROM shoppers")
        home.execute("CREATE DATABASE annas OWNER anna")
        home.execute("REVOKE CONNECT ON DATABASE annas FROM public")
        psycopg.connect(url.replace("/shop", "/annas"), password="correct horse").close()
        home.execute("REVOKE SELECT ON SCHEMA silver FROM anna")
        assert refused(home, "DROP ROLE anna") == "2BP01", "she owns a database"
        home.execute("DROP DATABASE annas")
        home.execute("DROP ROLE anna")


def test_a_dropped_database_is_gone_and_its_name_free(server: OrmoluServer) -> None:
    with pytest.raises(psycopg.OperationalError, match='database "none" does not exist'):
        connect(server, "none")
    with connect(server, "lakehouse") as home:
        home.execute("DROP DATABASE shop")
        assert refused(home, "DROP DATABASE shop") == "3D000"
        home.execute("DROP DATABASE IF EXISTS shop")
        home.execute("CREATE DATABASE shop")
        with connect(server, "shop") as shop:
            assert shop.execute("SELECT count(*) FROM lake.objects").fetchone() == (0,)
            shop.execute("CREATE BRONZE SOURCE orders (id integer) FROM UPLOAD FORMAT csv")
            with shop.cursor().copy("COPY bronze.orders FROM STDIN") as copy:
                copy.write("7\n")
            assert shop.execute("SELECT id FROM bronze.orders").fetchall() == [(7,)]
