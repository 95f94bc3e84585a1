"""The retailer's real order lines, four years of them, as the package carries them."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import astuple, dataclass, fields
from functools import lru_cache
from importlib.resources import files

RESOURCE = "superstore.csv.gz"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of the file, each value in the words of the file; the field names are the till's header."""

    row_id: str
    order_id: str
    order_date: str
    ship_date: str
    ship_mode: str
    customer_id: str
    customer_name: str
    segment: str
    country: str
    city: str
    state: str
    postal_code: str
    region: str
    product_id: str
    category: str
    sub_category: str
    product_name: str
    sales: str
    quantity: str
    discount: str
    profit: str

    def values(self) -> tuple[str, ...]:
        return astuple(self)


HEADER = tuple(field.name for field in fields(OrderLine))


@lru_cache(maxsize=1)
def order_lines() -> tuple[OrderLine, ...]:
    """Every line, in the order of the file: 9,994 of them from 2014-01-03 to 2017-12-30."""
    packed = files("ormolu.demo").joinpath(RESOURCE).read_bytes()
    rows = csv.reader(io.StringIO(gzip.decompress(packed).decode("utf-8"), newline=""))
    next(rows)
    return tuple(OrderLine(*row) for row in rows)
