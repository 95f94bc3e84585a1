"""DuckDB on an object store: extensions from their wheels, and a secret that holds for the warehouse alone."""

from __future__ import annotations

import duckdb
from sqlglot import exp

from ormolu.engine.extensions import extension_path
from ormolu.errors import IoError
from ormolu.stores import ATTEMPTS_MAX, REQUEST_SECONDS, ObjectStore

SECRET = "warehouse"
SETTINGS: dict[str, int] = {"http_timeout": REQUEST_SECONDS, "http_retries": ATTEMPTS_MAX - 1}


def open_store(connection: duckdb.DuckDBPyConnection, store: ObjectStore) -> None:
    """Make what is below `store.url` readable and writable; to be called before the settings are locked."""
    for name in store.extensions:
        connection.execute(f"LOAD {_literal(str(extension_path(name)))}")
    if "httpfs" in store.extensions:
        for name, value in SETTINGS.items():
            connection.execute(f"SET GLOBAL {name} = {value}")
    fields = ", ".join(f"{name} {_value(value)}" for name, value in store.secret.items())
    try:
        connection.execute(f"CREATE OR REPLACE TEMPORARY SECRET {SECRET} ({fields})")
    except duckdb.Error as error:
        hint = f"Check the settings of {store.kind.value} in the server's environment."
        # The cause may quote the statement, and with it the credentials: its class is all that may be told.
        raise IoError(f"the warehouse cannot be opened ({type(error).__name__})", hint=hint) from None


def _value(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else _literal(value)


def _literal(text: str) -> str:
    return exp.Literal.string(text).sql(dialect="duckdb")
