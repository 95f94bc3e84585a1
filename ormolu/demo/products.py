"""The shop's product table, made from the order lines, for SQLite, PostgreSQL and MariaDB."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import astuple, dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from pathlib import Path

from ormolu.demo.order_lines import OrderLine, order_lines
from ormolu.demo.whole_files import write_whole

CENT = Decimal("0.01")
COLUMNS = (
    "entry_id",
    "product_id",
    "product_name",
    "category",
    "sub_category",
    "list_price",
    "first_sold_on",
    "last_sold_on",
    "is_active",
)
# One statement for the three databases: each knows these types.
CREATE_TABLE = """CREATE TABLE products (
    entry_id      integer PRIMARY KEY,
    product_id    varchar(20) NOT NULL,
    product_name  varchar(200) NOT NULL,
    category      varchar(40) NOT NULL,
    sub_category  varchar(40) NOT NULL,
    list_price    decimal(10,2) NOT NULL,
    first_sold_on date NOT NULL,
    last_sold_on  date NOT NULL,
    is_active     integer NOT NULL
)"""
# By the driver's parameter style: sqlite3's, and psycopg's and PyMySQL's.
INSERT = {
    "qmark": "INSERT INTO products VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "format": "INSERT INTO products VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
}


@dataclass(frozen=True, slots=True)
class Product:
    """An entry of the product table: a product id under one of its names.

    32 product ids were sold under two names. The name sold last is the active entry, the other is not,
    so that `WHERE is_active = 1` holds each product id once.
    """

    entry_id: int
    product_id: str
    product_name: str
    category: str
    sub_category: str
    list_price: Decimal
    first_sold_on: str
    last_sold_on: str
    is_active: int


def products() -> tuple[Product, ...]:
    """Every entry, by product id and name."""
    entries = {key: list(lines) for key, lines in groupby(sorted(order_lines(), key=_entry_of), key=_entry_of)}
    last_names: dict[str, tuple[str, int, str]] = {}
    for line in order_lines():
        sold = (line.order_date, int(line.row_id), line.product_name)
        last_names[line.product_id] = max(sold, last_names.get(line.product_id, sold))
    return tuple(
        _product(number, lines, is_active=last_names[product_id][2] == name)
        for number, ((product_id, name), lines) in enumerate(entries.items(), start=1)
    )


def write_sqlite(path: Path) -> int:
    """Make the shop's database anew; the number of rows in its product table."""
    rows = product_rows()

    def write(file: Path) -> None:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(CREATE_TABLE)
            connection.executemany(INSERT["qmark"], [(*row[:5], float(row[5]), *row[6:]) for row in rows])

    write_whole(path, write)
    return len(rows)


def product_rows() -> list[tuple[int, str, str, str, str, Decimal, str, str, int]]:
    """The rows in the order of COLUMNS, for a driver's `executemany`."""
    return [astuple(product) for product in products()]


def _entry_of(line: OrderLine) -> tuple[str, str]:
    return line.product_id, line.product_name


def _product(number: int, lines: Sequence[OrderLine], *, is_active: bool) -> Product:
    first = lines[0]
    return Product(
        entry_id=number,
        product_id=first.product_id,
        product_name=first.product_name,
        category=first.category,
        sub_category=first.sub_category,
        list_price=_list_price(first),
        first_sold_on=min(line.order_date for line in lines),
        last_sold_on=max(line.order_date for line in lines),
        is_active=int(is_active),
    )


def _list_price(line: OrderLine) -> Decimal:
    """What one piece costs before the discount: the same on every line of an entry."""
    paid = Decimal(line.sales) / int(line.quantity) / (1 - Decimal(line.discount))
    return paid.quantize(CENT, ROUND_HALF_UP)
