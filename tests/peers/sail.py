"""Spark SQL by Sail over the Iceberg REST catalog: prints each query's rows as a line of JSON.

Run as a program, because Sail takes its catalogs from the environment of its process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

SECONDS_MAX = 120


def sail_rows(catalog: str, token: str, queries: Sequence[str]) -> list[list[list[str | None]]]:
    """The rows of each query, values as text, from a Sail server that lives as long as the call."""
    entry = (
        f'[{{name="lake", type="iceberg-rest", uri="{catalog}", warehouse="lakehouse", oauth_access_token="{token}"}}]'
    )
    spark = find_spec("pyspark")
    assert spark is not None and spark.origin is not None
    environment = os.environ | {"SAIL_CATALOG__LIST": entry, "SPARK_HOME": str(Path(spark.origin).parent)}
    environment |= {"SAIL_CATALOG__DEFAULT_CATALOG": "lake", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, __file__, *queries],
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def main(queries: Sequence[str]) -> None:
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    _, port = server.listening_address
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    for query in queries:
        rows = [[None if value is None else str(value) for value in row] for row in session.sql(query).collect()]
        print(json.dumps(rows))
    session.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
