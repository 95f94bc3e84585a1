"""Write the retail example: a till's daily files, the shop's product database, and one file of faults.

Everything real is in the daily files and the database. What was made up is in one file that says so,
and all of it ends in quarantine, so every figure downstream can be computed again from the order lines.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from ormolu.demo.order_lines import HEADER, OrderLine, order_lines
from ormolu.demo.products import write_sqlite
from ormolu.demo.whole_files import write_whole

SALES_FOLDER = "sales"
SHOP_DATABASE = "shop.sqlite"
FAULTS_FILE = "sales_injected_faults.csv"
FAULTY_DATES = ("31/12/2017", "2017-02-30", "yesterday")
UNKNOWN_PRODUCTS = 5
MISSING_QUANTITIES = 4
REPEATED_LINES = 6


@dataclass(frozen=True, slots=True)
class RetailFiles:
    """What was written, and how much of it."""

    folder: Path
    daily_files: int
    sales_lines: int
    injected_lines: int
    product_rows: int


def write_retail(folder: Path) -> RetailFiles:
    """Write the example's inputs below `folder`; the same bytes every time."""
    sales = folder / SALES_FOLDER
    sales.mkdir(parents=True, exist_ok=True)
    days = daily_lines()
    for day, lines in days.items():
        _write_csv(sales / f"sales_{day}.csv", lines)
    faults = injected_faults()
    _write_csv(sales / FAULTS_FILE, faults)
    return RetailFiles(
        folder=folder,
        daily_files=len(days),
        sales_lines=sum(len(lines) for lines in days.values()),
        injected_lines=len(faults),
        product_rows=write_sqlite(folder / SHOP_DATABASE),
    )


def daily_lines() -> dict[str, list[OrderLine]]:
    """The lines of each day on which something was sold, in the order of their row ids."""
    by_day = sorted(order_lines(), key=lambda line: (line.order_date, int(line.row_id)))
    return {day: list(lines) for day, lines in groupby(by_day, key=lambda line: line.order_date)}


def injected_faults() -> list[OrderLine]:
    """Lines nobody ever bought: unknown products, missing quantities, repeated lines, malformed dates.

    Row ids go on after the last real one. All but the repeated lines have order numbers of their own.
    """
    last_day = list(daily_lines().values())[-1] + list(daily_lines().values())[-2]
    patterns = [last_day[number % len(last_day)] for number in range(MISSING_QUANTITIES + len(FAULTY_DATES))]
    unknown = [
        replace(last_day[number], order_id=f"CA-2017-90{number:04}", product_id=f"XXX-YY-9999{number:04}")
        for number in range(UNKNOWN_PRODUCTS)
    ]
    missing = [
        replace(line, order_id=f"CA-2017-91{number:04}", quantity="")
        for number, line in enumerate(patterns[:MISSING_QUANTITIES])
    ]
    malformed = [
        replace(line, order_id=f"CA-2017-92{number:04}", order_date=day)
        for number, (line, day) in enumerate(zip(patterns[MISSING_QUANTITIES:], FAULTY_DATES, strict=True))
    ]
    made_up = [*unknown, *missing, *last_day[:REPEATED_LINES], *malformed]
    first_id = 1 + max(int(line.row_id) for line in order_lines())
    return [replace(line, row_id=str(first_id + number)) for number, line in enumerate(made_up)]


def _write_csv(path: Path, lines: Iterable[OrderLine]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(line.values() for line in lines)
    content = text.getvalue().encode("utf-8")
    if not path.is_file() or path.read_bytes() != content:
        write_whole(path, lambda file: file.write_bytes(content))
