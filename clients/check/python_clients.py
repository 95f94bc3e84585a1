"""The clients that are written in Python."""

from __future__ import annotations

from clients.check import (
    dbt,
    pgcli,
    python_arrow,
    python_asyncpg,
    python_frames,
    python_pg8000,
    python_psycopg,
    python_psycopg2,
    python_sqlalchemy,
    superset,
)
from clients.check.frame import Client

CLIENTS: tuple[Client, ...] = (
    python_psycopg.CLIENT,
    python_psycopg2.CLIENT,
    python_asyncpg.CLIENT,
    python_pg8000.CLIENT,
    *python_sqlalchemy.CLIENTS,
    python_frames.PANDAS,
    python_frames.POLARS,
    python_arrow.CONNECTORX,
    python_arrow.ADBC,
    superset.CLIENT,
    dbt.CLIENT,
    pgcli.CLIENT,
)
