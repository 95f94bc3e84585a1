"""The clients that are tried, in the order of the table."""

from __future__ import annotations

from clients.check import duckdb, jdbc, node, odbc, pg_dump, pgbench, postgres_fdw, psql, python_clients, scripts
from clients.check.frame import Client

CLIENTS: tuple[Client, ...] = (
    psql.CLIENT,
    pg_dump.CLIENT,
    *python_clients.CLIENTS,
    jdbc.CLIENT,
    odbc.CLIENT,
    node.CLIENT,
    postgres_fdw.CLIENT,
    duckdb.CLIENT,
    pgbench.CLIENT,
    scripts.PERL,
    scripts.PHP,
    scripts.RUBY,
)
