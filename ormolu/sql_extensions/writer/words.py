"""Names, strings, options and violations as they are printed; what is printed reads back as the same value."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import time
from decimal import Decimal
from typing import assert_never

from ormolu.definitions import (
    AfterUpstream,
    Cron,
    DailyAt,
    Every,
    Format,
    Never,
    Option,
    Options,
    Schedule,
    SecretReference,
    SortColumn,
    TableName,
    Violation,
    WeeklyOn,
    Word,
)

_PLAIN = re.compile(r"^[a-z_][a-z0-9_$]*$")
_WORD = re.compile(r"^[a-z_][a-z0-9_$]*(\.[a-z_][a-z0-9_$]*)*( \([a-z_][a-z0-9_$]*(, [a-z_][a-z0-9_$]*)*\))?$")
_RESERVED_WORDS = """
    all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
    current current_date current_role current_time current_timestamp current_user default deferrable desc
    distinct do else end except false fetch for foreign from grant group having in initially intersect into is
    isnull join lateral leading left like limit localtime localtimestamp natural not notnull null offset on only
    or order outer overlaps placing primary references returning right secret select session_user similar some
    symmetric table tablesample then to trailing true union unique user using variadic verbose when where window
    with
"""
_RESERVED = frozenset(_RESERVED_WORDS.split())


def name(text: str) -> str:
    """An identifier, quoted where it would be folded or taken for another word."""
    if _PLAIN.match(text) and text not in _RESERVED:
        return text
    return '"' + text.replace('"', '""') + '"'


def names(items: Iterable[str]) -> str:
    return "(" + ", ".join(name(item) for item in items) + ")"


def relation(table: TableName) -> str:
    return f"{name(table.schema)}.{name(table.name)}"


def string(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def long_string(text: str) -> str:
    """Foreign text: between dollars where quotes would have to be doubled or it has several lines."""
    if ("'" in text or "\n" in text) and "$$" not in text and not text.endswith("$"):
        return f"$${text}$$"
    return string(text)


def number(value: Decimal | int) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def percent(value: Decimal) -> str:
    return f"{value:f}%"


def clock(at: time) -> str:
    return string(at.strftime("%H:%M:%S" if at.second else "%H:%M"))


def option(item: Option) -> str:
    return f"{name(item.name)} = {_option_value(item)}"


def _option_value(item: Option) -> str:
    match item.value:
        case bool():
            return "true" if item.value else "false"
        case str():
            return string(item.value)
        case SecretReference(secret):
            return f"SECRET {name(secret)}"
        case Word(text):
            return text if _WORD.match(text) and text not in _RESERVED else '"' + text.replace('"', '""') + '"'
        case int() | Decimal():
            return number(item.value)
        case _:
            assert_never(item.value)


def options(items: Options) -> str:
    return "(" + ", ".join(option(item) for item in items.items) + ")"


def with_options(items: Options) -> str:
    """` WITH (...)`, or nothing."""
    return f" WITH {options(items)}" if items else ""


def format_(value: Format | None) -> str:
    if value is None:
        return ""
    return f" FORMAT {name(value.name)}" + (f" {options(value.options)}" if value.options else "")


def sort(column: SortColumn) -> str:
    return column.expression.text + (" DESC" if column.is_descending else "")


def sorts(columns: Iterable[SortColumn]) -> str:
    return "(" + ", ".join(sort(column) for column in columns) + ")"


def violation(value: Violation | None) -> str:
    """` ON VIOLATION ...`, or nothing."""
    if value is None:
        return ""
    escalations = [f" OR {item.action.value} ABOVE {percent(item.above_percent)}" for item in value.escalations]
    return f" ON VIOLATION {value.action.value}" + "".join(escalations)


def schedule(value: Schedule) -> str:
    match value:
        case Every(interval):
            return f"EVERY {string(interval)}"
        case DailyAt(at, timezone):
            return f"DAILY AT {clock(at)}{zone(timezone)}"
        case WeeklyOn(day, at, timezone):
            return f"WEEKLY ON {name(day)} AT {clock(at)}{zone(timezone)}"
        case Cron(text, timezone):
            return f"CRON {string(text)}{zone(timezone)}"
        case AfterUpstream(at_most_every):
            return "AFTER UPSTREAM" + (f" AT MOST EVERY {string(at_most_every)}" if at_most_every else "")
        case Never():
            return "NEVER"
        case _:
            assert_never(value)


def zone(timezone: str | None) -> str:
    return f" TIME ZONE {string(timezone)}" if timezone else ""
