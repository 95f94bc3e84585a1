"""The shop's products come from SQLite, PostgreSQL and MariaDB alike, the active ones only."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pymysql
import pytest

from ormolu.demo.products import CREATE_TABLE, INSERT, product_rows, write_sqlite
from tests.peers.mariadb import MariaDbPeer
from tests.peers.ormolu import OrmoluServer
from tests.peers.postgresql import PostgresPeer

QUERY = "$$SELECT * FROM products WHERE is_active = 1$$"
COLUMNS = "product_id, product_name, category, sub_category, list_price, first_sold_on, last_sold_on"


def connect(server: OrmoluServer, name: str, kind: str, options: dict[str, str]) -> None:
    words = [
        f"password = SECRET {name}_pw" if key == "password" else f"{key} = {quoted(value)}"
        for key, value in options.items()
    ]
    if "password" in options:
        server.run(f"CREATE SECRET {name}_pw AS {quoted(options['password'])}")
    server.run(f"CREATE CONNECTION {name} TYPE {kind} WITH ({', '.join(words)})")


def quoted(value: str) -> str:
    return value if value.isdigit() else "'" + value.replace("'", "''") + "'"


@pytest.fixture(scope="module")
def sources(
    server: OrmoluServer,
    postgres_peer: PostgresPeer,
    mariadb_peer: MariaDbPeer,
    tmp_path_factory: pytest.TempPathFactory,
) -> OrmoluServer:
    """One bronze source of products for each kind of database."""
    rows = product_rows()
    path: Path = tmp_path_factory.mktemp("shop") / "shop.sqlite"
    write_sqlite(path)
    with psycopg.connect(postgres_peer.conninfo, autocommit=True) as connection:
        connection.execute(CREATE_TABLE.encode())
        connection.cursor().executemany(INSERT["format"].encode(), rows)
    maria = mariadb_peer
    with (
        pymysql.connect(
            host=maria.host, port=maria.port, user=maria.user, password=maria.password, database="peer"
        ) as other,
        other.cursor() as cursor,
    ):
        cursor.execute(CREATE_TABLE)
        cursor.executemany(INSERT["format"], rows)
        other.commit()
    connect(server, "lite", "sqlite", {"path": str(path)})
    connect(server, "pg", "postgres", postgres_peer.options())
    connect(server, "maria", "mysql", maria.options())
    for name in ("lite", "pg", "maria"):
        server.run(
            f"CREATE BRONZE SOURCE products_{name} FROM CONNECTION {name} QUERY {QUERY} KEY (product_id) LOAD FULL"
        )
        server.run(f"REFRESH bronze.products_{name}")
    return server


def test_each_database_gives_the_same_active_products(sources: OrmoluServer) -> None:
    active = sum(1 for row in product_rows() if row[-1] == 1)
    wanted = sources.run(f"SELECT {COLUMNS} FROM bronze.products_pg ORDER BY product_id")
    assert len(wanted) == active
    assert sources.run(f"SELECT {COLUMNS} FROM bronze.products_maria ORDER BY product_id") == wanted
    texts = "product_id, product_name, category, sub_category, CAST(list_price AS numeric(10,2)), "
    days = "CAST(first_sold_on AS date), CAST(last_sold_on AS date)"
    assert sources.run(f"SELECT {texts}{days} FROM bronze.products_lite ORDER BY product_id") == wanted


def test_a_price_is_an_exact_number_wherever_it_comes_from(sources: OrmoluServer) -> None:
    exact = sources.run(
        "SELECT table_name, data_type, numeric_scale FROM information_schema.columns "
        "WHERE table_name IN ('products_pg', 'products_maria') AND column_name = 'list_price' ORDER BY table_name"
    )
    assert exact == [("products_maria", "numeric", 2), ("products_pg", "numeric", 2)]
