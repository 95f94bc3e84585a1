"""Run the retail example on a server and say in plain words what became of the data."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg

from ormolu.demo.data import RetailFiles, write_retail
from ormolu.demo.inputs import cache_folder
from ormolu.demo.order_lines import order_lines
from ormolu.sql_extensions.parser.script import parse

PIPELINE = "pipeline.sql"
FOLDER_IN_PIPELINE = "'retail/"
MONITORS = ("declining_categories", "declining_products")

Say = Callable[[str], None]
Server = psycopg.Connection[Any]


def tell(connection: Server, say: Say, *, folder: Path | None = None) -> None:
    """Write the inputs below `folder`, run the pipeline over them, and tell what is in every layer.

    The server must see the same folder. By default it is the same one each time, so that telling the story
    twice loads nothing twice.
    """
    written = write_retail((folder or cache_folder()).absolute())
    _tell_inputs(written, say)
    run_pipeline(connection, folder=written.folder)
    _tell_bronze(connection, say)
    _tell_silver(connection, say)
    _tell_quarantine(connection, say)
    _tell_gold(connection, say)
    _tell_declines(connection, say)


def run_pipeline(connection: Server, *, folder: Path | None = None) -> None:
    """Run pipeline.sql statement by statement; with `folder`, over inputs that lie there instead of at `retail`."""
    text = files("ormolu.demo").joinpath(PIPELINE).read_text(encoding="utf-8")
    if folder is not None:
        quoted = str(folder).replace("'", "''")
        text = text.replace(FOLDER_IN_PIPELINE, f"'{quoted}/")
    for statement in parse(text):
        connection.execute(statement.text.encode())


def _tell_inputs(written: RetailFiles, say: Say) -> None:
    days = sorted({line.order_date for line in order_lines()})
    say("A small shop in the United States, four years of real order lines")
    say(
        f"  The till wrote {written.daily_files:,} daily files from {days[0]} to {days[-1]}: "
        f"{written.sales_lines:,} order lines."
    )
    say(f"  One more file holds {written.injected_lines} lines that were made up to be faulty; it says so in its name.")
    say(f"  The shop's database has {written.product_rows:,} product entries, some of them no longer active.")


def _tell_bronze(connection: Server, say: Say) -> None:
    (lines,) = _row(connection, "SELECT count(*) FROM bronze.sales")
    (products,) = _row(connection, "SELECT count(*) FROM bronze.products")
    say("\nBronze: what the sources said")
    say(f"  bronze.sales has {lines:,} lines, bronze.products {products:,} active products.")


def _tell_silver(connection: Server, say: Say) -> None:
    lines, revenue, repaired, other_year, older_name = _row(
        connection,
        "SELECT count(*), sum(sales), count(*) FILTER (WHERE postal_code LIKE '0%'), "
        "count(*) FILTER (WHERE substr(order_id, 4, 4) <> to_char(order_date, 'YYYY')), "
        "count(*) FILTER (WHERE receipt_name <> product_name) FROM silver.sales",
    )
    say("\nSilver: cleansed, and joined with the active products")
    say(f"  silver.sales keeps {lines:,} lines worth {revenue:,.2f}.")
    say(f"  {repaired:,} postal codes had lost their leading zero and have it again.")
    say(f"  {older_name:,} lines were sold under a product's older name; {other_year} order numbers name another year.")


def _tell_quarantine(connection: Server, say: Say) -> None:
    rows = connection.execute(
        "SELECT rule, count(*) FROM lake.quarantine WHERE table_name = 'silver.sales' AND status = 'open' "
        "GROUP BY rule ORDER BY rule"
    ).fetchall()
    (lines,) = _row(connection, "SELECT count(*) FROM quarantine.sales")
    say("\nQuarantine: kept for repair, and why")
    say(f"  quarantine.sales holds {lines:,} lines: " + ", ".join(f"{rule} {count}" for rule, count in rows) + ".")


def _tell_gold(connection: Server, say: Say) -> None:
    (rows,) = _row(connection, "SELECT count(*) FROM gold.daily_sales")
    categories = connection.execute(
        "SELECT category, sum(revenue) FROM gold.daily_sales GROUP BY category ORDER BY category"
    ).fetchall()
    month, revenue = _row(
        connection, "SELECT month, sum(revenue) FROM gold.sales_by_month GROUP BY month ORDER BY month DESC LIMIT 1"
    )
    say("\nGold: made for questions")
    say(f"  gold.daily_sales has {rows:,} rows by day, region and product.")
    say("  Revenue: " + ", ".join(f"{category} {amount:,.2f}" for category, amount in categories) + ".")
    say(f"  The last month, {month:%B %Y}, brought {revenue:,.2f}.")


def _tell_declines(connection: Server, say: Say) -> None:
    say("\nWhat declines, week over week")
    for monitor in MONITORS:
        for (line,) in connection.execute(f"SUMMARIZE ANOMALIES FROM {monitor}".encode()).fetchall():
            say(f"  {line}")
    newest = connection.execute(
        "SELECT anomaly_id FROM lake.anomalies WHERE status = 'open' ORDER BY period DESC, anomaly_id LIMIT 1"
    ).fetchone()
    if newest is None:
        return
    say("\nThe newest of them, explained")
    for (line,) in connection.execute(f"EXPLAIN ANOMALY {int(newest[0])}".encode()).fetchall():
        say(f"  {line}")


def _row(connection: Server, query: str) -> tuple[Any, ...]:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None, query
    return tuple(row)
