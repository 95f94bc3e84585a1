"""Which type a column of text should have in silver; an identifier with leading zeros stays text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

import pyarrow as pa
from sqlglot import exp, parse_one

from ormolu.ai.profile import spelled
from ormolu.ai.semantics import Semantic, meaning
from ormolu.ai.suggestions import Suggestion, name_sql, support_text, table_sql, text_sql
from ormolu.ai.tally import Tally, tally
from ormolu.definitions import TableName

SHARE_MIN = 0.95
INTEGER_MAX = 2**31 - 1
BIGINT_MAX = 2**63 - 1
PRECISION_MAX = 38
POSTAL_DIGITS = 5
LOST_ZERO_SHARE_MAX = 0.5

_INTEGER = re.compile(r"-?(0|[1-9]\d*)")
_DECIMAL = re.compile(r"-?(0|[1-9]\d*)\.\d+|-?(0|[1-9]\d*)")
_LEADING_ZERO = re.compile(r"0\d+")
_TRUTH = frozenset(("true", "false", "t", "f", "yes", "no", "y", "n"))
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)?")
_OTHER_DATE = re.compile(r"(\d\d?)[./-](\d\d?)[./-](\d{4})")


@dataclass(frozen=True, slots=True)
class ColumnType:
    """`repair` is a rule's text that mends values first; `expression` reads the column where a cast does not."""

    column: str
    type: str
    share: float
    rows: int
    reason: str
    repair: str | None = None
    expression: str | None = None


def column_types(table: pa.Table) -> tuple[ColumnType, ...]:
    """The type that each column should have, in the table's order."""
    return tuple(column_type(tally(name, table[name])) for name in table.column_names)


def suggest_types(name: TableName, table: pa.Table) -> tuple[Suggestion, ...]:
    """One suggestion for each column whose type should be another, or that needs mending."""
    return tuple(
        Suggestion("types", found.column, _typed_table(name, found), found.reason, found.share)
        for found in column_types(table)
        if found.type != spelled(table[found.column].type) or found.repair
    )


def column_type(counted: Tally) -> ColumnType:
    kind = meaning(counted)
    semantic = kind.semantic if kind else None
    if semantic is Semantic.POSTAL_CODE:
        return _postal_code(counted)
    if not counted.is_text:
        return ColumnType(counted.name, spelled(counted.type), 1.0, counted.present, "the source's own type")
    if not counted.examined:
        return _text(counted, "no values to judge by")
    zeros = counted.share_where(lambda value: _LEADING_ZERO.fullmatch(str(value)) is not None)
    if zeros:
        return _text(counted, f"leading zeros in {support_text(zeros, counted.present)} would be lost in a number")
    if semantic in (Semantic.PHONE, Semantic.CARD, Semantic.IBAN):
        return _text(counted, f"a {semantic.value} is no quantity")
    for test in (_truth, _whole, _fraction, _day, _other_day, _moment, _uuid):
        found = test(counted)
        if found is not None:
            return found
    return _text(counted, "values are texts")


def _text(counted: Tally, reason: str) -> ColumnType:
    return ColumnType(counted.name, "text", 1.0, counted.present, reason)


def _where_all(counted: Tally, spelled_type: str, holds: Callable[[str], bool], what: str) -> ColumnType | None:
    share = counted.share_where(lambda value: holds(str(value).strip()))
    if share < SHARE_MIN:
        return None
    reason = f"{support_text(share, counted.present)} {what}"
    return ColumnType(counted.name, spelled_type, share, counted.present, reason)


def _truth(counted: Tally) -> ColumnType | None:
    return _where_all(counted, "boolean", lambda text: text.lower() in _TRUTH, "are yes or no")


def _whole(counted: Tally) -> ColumnType | None:
    sizes = [abs(int(text)) for text, _ in counted.texts() if _INTEGER.fullmatch(text.strip())]
    largest = max(sizes, default=0)
    kind = "integer" if largest <= INTEGER_MAX else "bigint" if largest <= BIGINT_MAX else "numeric(38,0)"
    if len(str(largest)) > PRECISION_MAX:
        return None
    return _where_all(counted, kind, lambda text: _INTEGER.fullmatch(text) is not None, "are whole numbers")


def _fraction(counted: Tally) -> ColumnType | None:
    numbers = [text.strip() for text, _ in counted.texts() if _DECIMAL.fullmatch(text.strip())]
    scale = max((len(text.partition(".")[2]) for text in numbers), default=0)
    digits = max((len(text.partition(".")[0].lstrip("-")) for text in numbers), default=1)
    if digits + scale > PRECISION_MAX:
        return None
    # Room for amounts a hundred times as large as any seen.
    kind = f"numeric({min(max(digits + 2, 8) + scale, PRECISION_MAX)},{scale})"
    return _where_all(counted, kind, lambda text: _DECIMAL.fullmatch(text) is not None, "are numbers")


def _day(counted: Tally) -> ColumnType | None:
    return _where_all(counted, "date", _is_iso_date, "are dates")


def _is_iso_date(text: str) -> bool:
    match = _ISO_DATE.fullmatch(text)
    return match is not None and _exists(*map(int, match.groups()))


def _other_day(counted: Tally) -> ColumnType | None:
    """A day written 31/12/2017 or 12/31/2017: the order under which more of the values exist."""
    shares = {order: counted.share_where(partial(_is_other_date, order)) for order in ("DD/MM/YYYY", "MM/DD/YYYY")}
    order, share = max(shares.items(), key=lambda pair: pair[1])
    if share < SHARE_MIN:
        return None
    expression = f"clean_date({name_sql(counted.name)}, {text_sql(order)})"
    reason = f"{support_text(share, counted.present)} are dates written {order}"
    return ColumnType(counted.name, "date", share, counted.present, reason, expression=expression)


def _is_other_date(order: str, value: object) -> bool:
    match = _OTHER_DATE.fullmatch(str(value).strip())
    if match is None:
        return False
    first, second, year = map(int, match.groups())
    return _exists(year, second, first) if order == "DD/MM/YYYY" else _exists(year, first, second)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _moment(counted: Tally) -> ColumnType | None:
    has_zone = counted.share_where(lambda value: re.search(r"(Z|[+-]\d\d(:?\d\d)?)$", str(value).strip()) is not None)
    kind = "timestamp with time zone" if has_zone >= SHARE_MIN else "timestamp without time zone"
    return _where_all(counted, kind, lambda text: _TIMESTAMP.fullmatch(text) is not None, "are points in time")


def _uuid(counted: Tally) -> ColumnType | None:
    return _where_all(counted, "uuid", lambda text: _UUID.fullmatch(text) is not None, "are UUIDs")


def _postal_code(counted: Tally) -> ColumnType:
    """A postal code is text; where some five-digit codes have four digits, a zero was lost on the way."""
    whole = counted.share_where(lambda value: re.fullmatch(rf"\d{{{POSTAL_DIGITS}}}", str(value)) is not None)
    short = counted.share_where(lambda value: re.fullmatch(rf"\d{{{POSTAL_DIGITS - 1}}}", str(value)) is not None)
    if not short or short > LOST_ZERO_SHARE_MAX or whole + short < SHARE_MIN:
        return _text(counted, "a postal code is no quantity")
    column = name_sql(counted.name)
    return ColumnType(
        counted.name,
        "text",
        whole + short,
        counted.present,
        f"a postal code is no quantity; {support_text(short, counted.present)} have lost a leading zero",
        repair=f"SET {column} = lpad({column}, {POSTAL_DIGITS}, '0')",
    )


def _typed_table(name: TableName, found: ColumnType) -> str:
    """A silver table over this relation that gives the one column its type."""
    rules = f" WITH RULES ({found.repair})" if found.repair else ""
    column = f"{name_sql(found.column)} {found.type}"
    if found.expression is None:
        return f"CREATE SILVER TABLE {name_sql(name.name)} ({column}){rules} FROM {table_sql(name)}"
    query = exp.select(exp.alias_(parse_one(found.expression, read="postgres"), found.column, quoted=True))
    relation = exp.table_(name.name, db=name.schema, quoted=True)
    return f"CREATE SILVER TABLE {name_sql(name.name)} ({column}){rules} AS {query.from_(relation).sql('postgres')}"
