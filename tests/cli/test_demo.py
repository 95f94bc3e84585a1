"""The demo tells true figures: each is computed again from the order lines with plain DuckDB."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from ormolu.demo.data import write_retail
from ormolu.demo.figures import expected_declines, expected_figures
from tests.peers.ormolu import OrmoluServer

PIPELINE = Path(__file__).parents[2] / "examples" / "retail" / "pipeline.sql"
VERSIONS = "SELECT table_name, max(version) FROM lake.versions GROUP BY 1 ORDER BY 1"


@pytest.fixture(scope="module")
def retail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrmoluServer]:
    """A server beside the inputs that the pipeline names, after psql has run the pipeline."""
    folder = tmp_path_factory.mktemp("shop")
    write_retail(folder / "retail")
    server = OrmoluServer(folder / "lake", loads_modules=True).start()
    run_pipeline(server)
    yield server
    assert server.stop() == 0


def run_pipeline(server: OrmoluServer, *flags: str) -> None:
    done = subprocess.run(
        ["psql", server.url, "-v", "ON_ERROR_STOP=1", "-q", *flags, "-f", str(PIPELINE)],
        capture_output=True,
        text=True,
        check=False,
        env=server.environment,
    )
    assert done.returncode == 0, done.stderr


def test_psql_runs_the_pipeline_and_a_second_time_changes_nothing(retail: OrmoluServer) -> None:
    versions = retail.run(VERSIONS)
    counts = retail.run("SELECT count(*), sum(sales) FROM silver.sales")
    run_pipeline(retail)
    assert retail.run(VERSIONS) == versions
    assert retail.run("SELECT count(*), sum(sales) FROM silver.sales") == counts


PUBLISHED_AT_ONCE = """
SELECT count(DISTINCT published_at), count(*) = count(DISTINCT table_name), count(*) > 5
FROM lake.versions WHERE table_name <> 'lake.definitions'
"""


def test_in_one_transaction_and_without_inputs_beside_the_server_the_pipeline_gives_the_same_tables(
    tmp_path: Path, retail: OrmoluServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    server = OrmoluServer(tmp_path / "lake").start()
    try:
        run_pipeline(server, "--single-transaction")
        assert server.run(PUBLISHED_AT_ONCE) == [(1, True, True)]
        assert contents(server) == contents(retail)
        assert not (tmp_path / "retail").exists()
    finally:
        server.stop()


def contents(server: OrmoluServer) -> dict[str, list[str]]:
    """Every published table with its rows, the columns that we add left out."""
    found: dict[str, list[str]] = {}
    with server.connect() as connection:
        for (name,) in connection.execute("SELECT DISTINCT table_name FROM lake.versions").fetchall():
            if name != "lake.definitions":
                cursor = connection.execute(f"SELECT * FROM {name}".encode())
                assert cursor.description is not None
                kept = [at for at, column in enumerate(cursor.description) if not column.name.startswith("_")]
                found[name] = sorted(repr([row[at] for at in kept]) for row in cursor)
    return found


SINGLE_FIGURES = {
    "bronze_sales": "SELECT count(*) FROM bronze.sales",
    "bronze_products": "SELECT count(*) FROM bronze.products",
    "silver_products": "SELECT count(*) FROM silver.products",
    "silver_sales": "SELECT count(*) FROM silver.sales",
    "revenue": "SELECT sum(sales) FROM silver.sales",
    "profit": "SELECT sum(profit) FROM silver.sales",
    "other_year": "SELECT count(*) FROM silver.sales WHERE substr(order_id, 4, 4) <> to_char(order_date, 'YYYY')",
    "older_name": "SELECT count(*) FROM silver.sales WHERE receipt_name <> product_name",
    "gold_daily_sales": "SELECT count(*) FROM gold.daily_sales",
    "revenue_of_last_month": "SELECT sum(revenue) FROM gold.sales_by_month WHERE month = '2017-12-01'",
}
FIGURES_BY_NAME = {
    "quarantined": "SELECT rule, count(*) FROM lake.quarantine WHERE table_name = 'silver.sales' GROUP BY rule",
    "revenue_by_category": "SELECT category, sum(revenue) FROM gold.daily_sales GROUP BY category",
}


def test_every_figure_is_that_of_the_order_lines(retail: OrmoluServer) -> None:
    expected = asdict(expected_figures())
    single = {name: retail.run(query)[0][0] for name, query in SINGLE_FIGURES.items()}
    by_name = {name: dict(retail.run(query)) for name, query in FIGURES_BY_NAME.items()}
    assert {name: expected[name] for name in single} == single
    assert {name: dict(expected[name]) for name in by_name} == by_name


def test_the_declines_are_those_of_the_order_lines(retail: OrmoluServer) -> None:
    found = retail.run("SELECT count(*) FROM lake.anomalies WHERE monitor = 'declining_categories'")
    assert found == [(len(expected_declines("category", sensitivity=0.99)),)]


def test_ormolu_demo_tells_its_story_and_exits(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "ormolu", "demo", "--data", str(tmp_path / "lake")],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=280,
    )
    assert told.returncode == 0, told.stderr
    figures = expected_figures()
    for words in ("Bronze:", "Silver:", "Quarantine:", "Gold:", "What declines"):
        assert words in told.stdout
    assert f"{figures.bronze_sales:,}" in told.stdout
    assert f"{figures.silver_sales:,}" in told.stdout
