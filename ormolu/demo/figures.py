"""What the retail example must come to, computed from the order lines alone with plain DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb
import pyarrow as pa

from ormolu.ai.anomalies import Comparison, Watch, find_anomalies
from ormolu.ai.panel import daily_panel
from ormolu.definitions import Direction
from ormolu.demo.data import FAULTY_DATES, MISSING_QUANTITIES, REPEATED_LINES, UNKNOWN_PRODUCTS, daily_lines
from ormolu.demo.order_lines import HEADER, order_lines

# The lines that silver keeps: of lines that say the same thing twice, the first.
_CLEAN = """
    CREATE VIEW clean AS
    SELECT * REPLACE (
        order_date::date AS order_date, sales::decimal(12,4) AS sales, quantity::integer AS quantity,
        discount::decimal(4,2) AS discount, profit::decimal(12,4) AS profit, lpad(postal_code, 5, '0') AS postal_code)
    FROM lines
    QUALIFY row_number() OVER (PARTITION BY order_id, product_id, quantity, sales ORDER BY row_id::integer) = 1
"""
_LAST_NAME = """
    CREATE VIEW product_names AS
    SELECT product_id,
           trim(replace(arg_max(product_name, (order_date, row_id::integer)), chr(160), ' ')) AS product_name
    FROM lines GROUP BY product_id
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """`quarantined` is by rule; `postal_codes_repaired`, `other_year` and `older_name` count lines of silver."""

    daily_files: int
    order_lines: int
    injected_lines: int
    bronze_sales: int
    bronze_products: int
    silver_products: int
    silver_sales: int
    revenue: Decimal
    profit: Decimal
    quarantined: Mapping[str, int]
    postal_codes_repaired: int
    other_year: int
    older_name: int
    gold_daily_sales: int
    revenue_by_category: Mapping[str, Decimal]
    revenue_of_last_month: Decimal


def expected_figures() -> Figures:
    """Every figure that the example prints; the injected faults all end in quarantine and change none of gold's."""
    with _lines() as connection:

        def one(query: str) -> tuple[object, ...]:
            row: tuple[object, ...] | None = connection.execute(query).fetchone()
            assert row is not None
            return row

        (lines,) = one("SELECT count(*) FROM lines")
        clean, revenue, profit, repaired, other_year = one(
            "SELECT count(*), sum(sales), sum(profit), count(*) FILTER (WHERE postal_code LIKE '0%'), "
            "count(*) FILTER (WHERE substr(order_id, 4, 4) <> strftime(order_date, '%Y')) FROM clean"
        )
        (older_name,) = one(
            "SELECT count(*) FROM clean JOIN product_names USING (product_id) "
            "WHERE trim(replace(clean.product_name, chr(160), ' ')) <> product_names.product_name"
        )
        (products,) = one("SELECT count(DISTINCT product_id) FROM lines")
        (days,) = one("SELECT count(*) FROM (SELECT DISTINCT order_date, region, product_id FROM clean)")
        (last_revenue,) = one("SELECT sum(sales) FROM clean WHERE order_date >= DATE '2017-12-01'")
        categories = connection.execute("SELECT category, sum(sales) FROM clean GROUP BY category ORDER BY category")
        by_category = dict(categories.fetchall())
    repeats = _int(lines) - _int(clean)
    injected = UNKNOWN_PRODUCTS + MISSING_QUANTITIES + REPEATED_LINES + len(FAULTY_DATES)
    return Figures(
        daily_files=len(daily_lines()),
        order_lines=_int(lines),
        injected_lines=injected,
        bronze_sales=_int(lines) + injected,
        bronze_products=_int(products),
        silver_products=_int(products),
        silver_sales=_int(clean),
        revenue=_decimal(revenue),
        profit=_decimal(profit),
        quarantined={
            "duplicate": repeats + REPEATED_LINES,
            "known_product": UNKNOWN_PRODUCTS,
            "cast_order_date": len(FAULTY_DATES),
            "quantity_given": MISSING_QUANTITIES,
        },
        postal_codes_repaired=_int(repaired),
        other_year=_int(other_year),
        older_name=_int(older_name),
        gold_daily_sales=_int(days),
        revenue_by_category=by_category,
        revenue_of_last_month=_decimal(last_revenue),
    )


def expected_declines(attribute: str, *, sensitivity: float) -> tuple[tuple[str, date], ...]:
    """The abnormal weeks of each value of `attribute` (category, sub_category), oldest first."""
    series = {"category": "category", "sub_category": "sub_category"}[attribute]
    query = f"SELECT order_date AS day, {series} AS series, sum(sales) AS revenue FROM clean GROUP BY ALL"  # noqa: S608
    with _lines() as connection:
        panel = daily_panel(connection.execute(query).to_arrow_table(), time="day", value="revenue", per=("series",))
    watch = Watch(direction=Direction.DROP, comparison=Comparison.WEEKLY, sensitivity=sensitivity)
    return tuple((str(found.series[0][1]), found.period) for found in find_anomalies(panel, watch).anomalies)


@contextmanager
def _lines() -> Iterator[duckdb.DuckDBPyConnection]:
    columns = zip(*(line.values() for line in order_lines()), strict=True)
    table = pa.table({name: pa.array(values, pa.string()) for name, values in zip(HEADER, columns, strict=True)})
    with closing(duckdb.connect()) as connection:
        connection.register("lines", table)
        connection.execute(_CLEAN)
        connection.execute(_LAST_NAME)
        yield connection


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value


def _decimal(value: object) -> Decimal:
    assert isinstance(value, Decimal)
    return value
