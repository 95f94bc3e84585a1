"""Settings that PostgreSQL 15 has and nothing here depends on: checked, kept and shown as PostgreSQL does.

Clients set them by habit (`work_mem`, `enable_seqscan`, `log_statement`). The few whose other values would change
answers are refused instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from ormolu.errors import FeatureNotSupported, InvalidParameterValue
from ormolu.server.pg_catalog.static_rows import static_table
from ormolu.server.setting_table import SETTINGS, Check, Setting, any_value, boolean, integer, invalid, one_of

_MEMORY = {"B": 1, "kB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}
_TIME = {"us": 1, "ms": 1000, "s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
_BLOCK = 8192
_QUANTITY = re.compile(r"^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([A-Za-z]*)\s*$")
# Settings that would change what a query answers, and the one value that is true here.
FIXED: Mapping[str, str] = {
    "array_nulls": "on",
    "backslash_quote": "safe_encoding",
    "default_with_oids": "off",
    "lo_compat_privileges": "off",
    "quote_all_identifiers": "off",
    "session_replication_role": "origin",
    "transform_null_equals": "off",
    "xmlbinary": "base64",
}


@cache
def accepted_settings() -> Mapping[str, Setting]:
    rows = static_table("pg_settings").to_pylist()
    return {row["name"].lower(): _setting(row) for row in rows if row["name"].lower() not in SETTINGS}


def _setting(row: dict[str, Any]) -> Setting:
    check = _check(row)
    default = str(row["boot_val"] if row["boot_val"] is not None else "")
    unit = _unit(row)
    if unit is not None and re.fullmatch(r"-?\d+", default):
        default = _shown(int(default), *unit)
    if row["name"] in FIXED:
        check = _fixed(FIXED[row["name"]], check)
    return Setting(
        row["name"],
        default,
        check,
        row["short_desc"] or "",
        is_read_only=row["context"] == "internal",
        context=row["context"],
    )


def plain_value(row: Mapping[str, Any], shown: str) -> str:
    """A value as SHOW prints it in the unit that pg_settings counts in."""
    unit = _unit(row)
    match = _QUANTITY.match(shown)
    if unit is None or match is None or not match[2]:
        return shown
    units, base = unit
    return str(round(float(match[1]) * units[match[2]] / base))


def default_value(name: str) -> str | None:
    """What a setting is where nobody has set it, as SHOW prints it; None for one that is not PostgreSQL's."""
    found = SETTINGS.get(name.lower()) or accepted_settings().get(name.lower())
    return None if found is None else found.default


def _check(row: dict[str, Any]) -> Check:
    match row["vartype"]:
        case "bool":
            return boolean
        case "enum":
            return one_of(*row["enumvals"])
        case "integer":
            unit = _unit(row)
            low, high = int(row["min_val"]), int(row["max_val"])
            return integer(low, high) if unit is None else _quantity(low, high, row["unit"], *unit)
        case "real":
            return _real(float(row["min_val"]), float(row["max_val"]))
        case _:
            return any_value


def _unit(row: Mapping[str, Any]) -> tuple[Mapping[str, int], int] | None:
    """The units of a quantity, and how many of the smallest its plain number counts; None for a plain number."""
    match row["unit"]:
        case None | "":
            return None
        case "8kB":
            return _MEMORY, _BLOCK
        case unit if unit in _MEMORY:
            return _MEMORY, _MEMORY[unit]
        case unit if unit in _TIME:
            return _TIME, _TIME[unit]
        case unit:
            raise AssertionError(f"no setting of PostgreSQL counts in {unit}")


def _quantity(low: int, high: int, named: str, units: Mapping[str, int], base: int) -> Check:
    *first, last = (f'"{unit}"' for unit in units)
    hint = f"Valid units for this parameter are {', '.join(first)}, and {last}."

    def check(name: str, value: str) -> str:
        match = _QUANTITY.match(value)
        if match is None or (match[2] and match[2] not in units):
            raise invalid(name, value, hint if match is not None else None)
        number = round(float(match[1]) * (units[match[2]] / base if match[2] else 1))
        if not low <= number <= high:
            raise InvalidParameterValue(
                f'{number} {named} is outside the valid range for parameter "{name}" ({low} .. {high})'
            )
        return _shown(number, units, base)

    return check


def _shown(number: int, units: Mapping[str, int], base: int) -> str:
    """In the largest unit that keeps it whole, as SHOW prints it."""
    if number <= 0:
        return str(number)
    for unit, size in sorted(units.items(), key=lambda item: -item[1]):
        if (number * base) % size == 0:
            return f"{number * base // size}{unit}"
    raise AssertionError("every quantity is a whole number of the smallest unit")


def _real(low: float, high: float) -> Check:
    def check(name: str, value: str) -> str:
        try:
            number = float(value)
        except ValueError as error:
            raise invalid(name, value) from error
        if not low <= number <= high:
            raise InvalidParameterValue(
                f'{number:g} is outside the valid range for parameter "{name}" ({low:g} .. {high:g})'
            )
        return f"{number:g}"

    return check


def _fixed(only: str, check: Check) -> Check:
    def refuse_others(name: str, value: str) -> str:
        if check(name, value) != only:
            raise FeatureNotSupported(f'"{name}" can only be {only} here: other values would change answers')
        return only

    return refuse_others
