"""Turning a value into the declared type as PostgreSQL reads it; NULL where it cannot be."""

from __future__ import annotations

from sqlglot import exp

from ormolu.medallion.templates import Piece, cast, data_type_tree, fill, number
from ormolu.sql_extensions.types import DataType

_INTEGERS = ("int2", "int4", "int8")
_TEXTS = ("text", "varchar", "bpchar", "name")
_LIMITED = ("varchar", "bpchar")

# PostgreSQL reads any unambiguous beginning of these words; DuckDB would take some of them and round 1.5 to 2.
_BOOLEAN = (
    "CASE WHEN lower(trim(:value)) IN ('t', 'tr', 'tru', 'true', 'y', 'ye', 'yes', 'on', '1') THEN TRUE "
    "WHEN lower(trim(:value)) IN ('f', 'fa', 'fal', 'fals', 'false', 'n', 'no', 'of', 'off', '0') THEN FALSE END"
)
_INTEGER = "CASE WHEN regexp_full_match(trim(:value), '[+-]?[0-9]+') THEN :attempt END"
_LENGTH = "CASE WHEN length(:value) <= :length THEN :value END"
_JSON = "CASE WHEN json_valid(:value) THEN :attempt END"


def converted(value: exp.Expr, *, given: DataType, wanted: DataType) -> exp.Expr:
    """The value in the wanted type, NULL where it has none; `value` is mentioned more than once."""
    if is_same(given, wanted):
        return value
    attempt: Piece = exp.TryCast(this=value.copy(), to=data_type_tree(wanted.duckdb))
    name = wanted.scalar.name
    is_text = given.scalar.name in _TEXTS and not given.dimensions and not wanted.dimensions
    if name in _LIMITED and wanted.modifiers and not wanted.dimensions:
        return fill(_LENGTH, value=cast(value.copy(), "VARCHAR"), length=number(wanted.modifiers[0]))
    if is_text and name in _INTEGERS:
        return fill(_INTEGER, value=value, attempt=attempt)
    if is_text and name == "bool":
        return fill(_BOOLEAN, value=value)
    if is_text and name in ("json", "jsonb"):
        return fill(_JSON, value=value, attempt=attempt)
    assert isinstance(attempt, exp.Expr)
    return attempt


def is_same(given: DataType, wanted: DataType) -> bool:
    """No value changes and none is refused."""
    return given.duckdb == wanted.duckdb and given.dimensions == wanted.dimensions and not _is_limited(wanted)


def _is_limited(wanted: DataType) -> bool:
    return wanted.scalar.name in _LIMITED and bool(wanted.modifiers)


def suggested(value: exp.Expr, *, given: DataType, wanted: DataType) -> exp.Expr | None:
    """What the value may have meant, as text of the given type: `1 200 EUR` for 1200; None where we know no reading."""
    if given.scalar.name not in _TEXTS or given.dimensions or wanted.dimensions:
        return None
    template = _CLEANED.get(wanted.scalar.name)
    if template is None:
        return None
    cleaned = fill(template, value=value)
    return fill(
        "CASE WHEN NOT :valid IS NULL THEN :cleaned END",
        valid=converted(cleaned, given=given, wanted=wanted),
        cleaned=cleaned,
    )


_DIGITS = "regexp_replace(:value, '[^0-9.+-]', '', 'g')"
_CLEANED = {
    "int2": _DIGITS,
    "int4": _DIGITS,
    "int8": _DIGITS,
    "numeric": _DIGITS,
    "float4": _DIGITS,
    "float8": _DIGITS,
    "date": "CAST(CAST(try_strptime(trim(:value), list_value('%d/%m/%Y', '%d.%m.%Y', '%d-%m-%Y')) AS DATE) AS TEXT)",
}
