"""A server of ours and a PostgreSQL 15 that hold the same objects."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.peers.ormolu import PASSWORD, OrmoluServer
from tests.peers.postgresql import PostgresPeer
from tests.wire.catalog.sides import Side

OURS = """
CREATE BRONZE SOURCE customers_raw (customer_id bigint, name text, email text, amount numeric(18,2), code text,
    created_at timestamptz, active boolean, tags text[], doc jsonb, uid uuid, d date)
    FROM UPLOAD FORMAT csv (header = true);
CREATE BRONZE SOURCE orders_raw (order_id bigint, customer_id bigint, order_date date, total double precision)
    FROM UPLOAD FORMAT csv (header = true);
CREATE SILVER TABLE customers (customer_id bigint NOT NULL, name text NOT NULL, email varchar(200) COMMENT 'contact',
    amount numeric(18,2) DEFAULT 0, code text, created_at timestamptz, active boolean, tags text[],
    doc jsonb, uid uuid, d date)
    KEY (customer_id) COMMENT 'clean customers'
    WITH RULES (CONSTRAINT customers_code_key UNIQUE (code)) WITH (audit_columns = 'hidden') FROM bronze.customers_raw;
CREATE SILVER TABLE orders (order_id bigint NOT NULL, customer_id bigint, order_date date, total double precision)
    KEY (order_id)
    WITH RULES (CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES silver.customers (customer_id)
        ON VIOLATION QUARANTINE) WITH (audit_columns = 'hidden') FROM bronze.orders_raw;
CREATE GOLD TABLE revenue KEY (order_date) AS
    SELECT order_date, sum(total) AS total FROM silver.orders GROUP BY order_date;
CREATE ROLE analyst LOGIN PASSWORD 'reads it all';
CREATE ROLE analysts;
GRANT analysts TO analyst;
GRANT SELECT ON gold.revenue TO analyst;
GRANT USAGE ON SCHEMA gold TO analysts
"""
THEIRS = """
CREATE SCHEMA bronze; CREATE SCHEMA silver; CREATE SCHEMA gold; CREATE SCHEMA quarantine; CREATE SCHEMA lake;
CREATE TABLE silver.customers (customer_id bigint PRIMARY KEY, name text NOT NULL, email varchar(200),
    amount numeric(18,2) DEFAULT 0, code text CONSTRAINT customers_code_key UNIQUE, created_at timestamptz,
    active boolean, tags text[], doc jsonb, uid uuid, d date);
COMMENT ON TABLE silver.customers IS 'clean customers';
COMMENT ON COLUMN silver.customers.email IS 'contact';
CREATE TABLE silver.orders (order_id bigint PRIMARY KEY,
    customer_id bigint REFERENCES silver.customers (customer_id), order_date date, total double precision);
CREATE TABLE gold.revenue (order_date date PRIMARY KEY, total double precision);
CREATE ROLE analyst LOGIN; CREATE ROLE analysts; GRANT analysts TO analyst;
GRANT SELECT ON gold.revenue TO analyst; GRANT USAGE ON SCHEMA gold TO analysts;
"""


@pytest.fixture(scope="session")
def catalog_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrmoluServer]:
    server = OrmoluServer(tmp_path_factory.mktemp("catalog") / "lake").start()
    try:
        with server.connect() as connection:
            for statement in OURS.split(";\n"):
                connection.execute(statement.encode())
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def ours(catalog_server: OrmoluServer) -> Iterator[Side]:
    with catalog_server.connect() as connection:
        yield Side(
            connection, f"host=127.0.0.1 port={catalog_server.port} user=admin dbname=lakehouse password='{PASSWORD}'"
        )


@pytest.fixture(scope="session")
def theirs(postgres_peer: PostgresPeer) -> Iterator[Side]:
    first = postgres_peer.conninfo.replace("dbname=peer", "dbname=postgres")
    with psycopg.connect(first, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE admin SUPERUSER LOGIN PASSWORD '{PASSWORD}'".encode())
        connection.execute("CREATE DATABASE lakehouse OWNER admin")
    dsn = f"host={postgres_peer.host} port={postgres_peer.port} user=admin dbname=lakehouse password='{PASSWORD}'"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(THEIRS.encode())
        connection.execute("SET search_path = gold, silver, bronze")
        yield Side(connection, dsn)
    with psycopg.connect(first, autocommit=True) as connection:
        connection.execute("DROP DATABASE lakehouse WITH (FORCE)")
        connection.execute("DROP ROLE analyst, analysts")
