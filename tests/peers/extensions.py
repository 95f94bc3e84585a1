"""DuckDB's extensions from their wheels: nothing is fetched."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import duckdb


def load_extension(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    spec = find_spec(f"duckdb_extension_{name}")
    assert spec is not None and spec.submodule_search_locations, f"duckdb-extension-{name} is not installed"
    folder = Path(spec.submodule_search_locations[0])
    (file,) = folder.rglob(f"{name}.duckdb_extension")
    connection.execute(f"LOAD '{file}'")
