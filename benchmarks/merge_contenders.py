"""`python -m benchmarks.merge_contenders NAME BASE CHANGES FOLDER`: one peer's merge, alone in its process.

Prints as JSON what the merge alone cost, without the filling of the table, and what the table holds afterwards.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from benchmarks.resources import Spent, Watch

FILES = 10
MEMORY = "2GB"
CHECK = "SELECT count(*), sum(amount), sum(quantity) FROM "
Merged = tuple[Spent, tuple[object, ...]]


def native_duckdb(base: Path, changes: Path, folder: Path) -> Merged:
    connection = duckdb.connect(str(folder / "native.db"), config={"memory_limit": MEMORY, "threads": 2})
    connection.execute(f"CREATE TABLE t AS FROM '{base}/*.parquet'")
    connection.execute("CHECKPOINT")
    with Watch() as watch:
        connection.execute(
            f"MERGE INTO t USING '{changes}' AS c ON t.id = c.id "
            "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
        )
        connection.execute("CHECKPOINT")
    return watch.spent, connection.execute(f"{CHECK} t").fetchall()[0]


def deltalake(base: Path, changes: Path, folder: Path) -> Merged:
    from deltalake import DeltaTable, write_deltalake

    place = str(folder / "delta")
    for file in sorted(base.glob("*.parquet")):
        write_deltalake(place, pq.read_table(file), mode="append")
    table = DeltaTable(place)
    arriving = pq.read_table(changes)
    with Watch() as watch:
        (
            table.merge(arriving, predicate="t.id = c.id", source_alias="c", target_alias="t")
            .when_matched_update_all()
            .when_not_matched_insert_all()
            .execute()
        )
    reader = DeltaTable(place)
    files = [f"{place}/{path}" for path in reader.to_pyarrow_dataset().files]
    return watch.spent, duckdb.execute(f"{CHECK} read_parquet(?)", [files]).fetchall()[0]


def pyiceberg(base: Path, changes: Path, folder: Path) -> Merged:
    from pyiceberg.catalog.sql import SqlCatalog

    catalog = SqlCatalog("peer", uri=f"sqlite:///{folder}/peer.db", warehouse=f"file://{folder}/iceberg")
    catalog.create_namespace("n")
    table = None
    for file in sorted(base.glob("*.parquet")):
        part = pq.read_table(file)
        table = table or catalog.create_table("n.t", schema=part.schema)
        table.append(part)
    assert table is not None
    arriving = pq.read_table(changes)
    with Watch() as watch:
        table.upsert(arriving, join_cols=["id"])
    files = [task.file.file_path.removeprefix("file://") for task in catalog.load_table("n.t").scan().plan_files()]
    return watch.spent, duckdb.execute(f"{CHECK} read_parquet(?)", [files]).fetchall()[0]


CONTENDERS: dict[str, Callable[[Path, Path, Path], Merged]] = {
    "DuckDB MERGE, native": native_duckdb,
    "deltalake merge": deltalake,
    "pyiceberg upsert": pyiceberg,
}


def main() -> None:
    name, base, changes, folder = sys.argv[1], *map(Path, sys.argv[2:5])
    folder.mkdir(parents=True)
    started = time.perf_counter()
    spent, check = CONTENDERS[name](base, changes, folder)
    print(json.dumps({**spent.as_json(), "check": list(map(str, check))}))
    print(f"{name}: {time.perf_counter() - started:.1f} s in all", file=sys.stderr)


if __name__ == "__main__":
    main()
