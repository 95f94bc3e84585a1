"""Types of values that arrive as text: taken only where every value prints back as it came.

A type is guessed from a sample, then proved on every value in the pass that writes them. The one thing that a value
may gain is zeros at the end of a fraction: 12.5 in a column numeric(18,2) prints 12.50.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from ormolu.sql_extensions.types import DataType, data_type

SAMPLE_ROWS = 10_000
UNPRINTABLE = "ormolu: does not print back: column "

TEXT = data_type("text")
BOOLEAN = data_type("boolean")
BIGINT = data_type("bigint")
DATE = data_type("date")
TIMESTAMP = data_type("timestamp")
TIMESTAMPTZ = data_type("timestamptz")
_NARROW_DIGITS, _WIDE_DIGITS = 18, 38

_CLOCK = "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ZONE = "(Z|\\+00(:?00)?)"
_DECIMAL = "-?(0|[1-9][0-9]*)(\\.[0-9]+)?"


def quoted(name: str) -> str:
    """A name as DuckDB SQL."""
    return exp.to_identifier(name, quoted=True).sql(dialect="duckdb")


def attempt(value: str, kind: DataType) -> str:
    """DuckDB SQL: the text `value` in a type, NULL where it is none of it."""
    return f"TRY_CAST({value} AS {kind.duckdb})"


def prints_back(value: str, kind: DataType, typed: str | None = None) -> str:
    """DuckDB SQL: whether the text `value` (SQL too, not NULL) is the type's own way of writing what it means.

    `typed` names the `attempt` where a subquery has made it already.
    """
    if kind.dimensions:
        return "false"
    cast = typed or attempt(value, kind)
    printed = f"CAST({cast} AS VARCHAR)"
    match kind.scalar.name:
        case "text" | "varchar" | "bpchar" | "json" | "jsonb" | "name" | "xml" | "inet":
            return "true"
        case "bool":
            return f"{value} IN ('true', 'false')"
        case "date":
            return f"(length({value}) = 10 AND {printed} = {value})"
        case "timestamp":
            return _clock(value, cast, printed, "")
        case "timestamptz":
            return _clock(value, cast, printed, _ZONE)
        case "numeric":
            return f"CASE WHEN {printed} = {value} THEN true ELSE {_is_padded(value, printed)} END"
        case "float4" | "float8":
            return f"{cast} IS NOT NULL"
        case _:
            return f"{printed} = {value}"


def _clock(value: str, cast: str, printed: str, zone: str) -> str:
    pattern = exp.Literal.string(_CLOCK + zone).sql(dialect="duckdb")
    return (
        f"CASE WHEN length({value}) >= 19 AND {printed} = {value} THEN true "
        f"ELSE regexp_full_match({value}, {pattern}) AND {cast} IS NOT NULL END"
    )


def _is_padded(value: str, printed: str) -> str:
    dotted = f"(CASE WHEN contains({value}, '.') THEN {value} ELSE {value} || '.' END)"
    return (
        f"(NOT ends_with({value}, '.') AND length({value}) <= length({printed}) "
        f"AND rpad({dotted}, CAST(length({printed}) AS INTEGER), '0') = {printed})"
    )


def proved(column: str, kind: DataType, typed: str | None = None) -> str:
    """DuckDB SQL: the column in its type; a value that does not print back stops the query with UNPRINTABLE."""
    value = quoted(column)
    if kind == TEXT:
        return value
    complaint = exp.Literal.string(UNPRINTABLE + column).sql(dialect="duckdb")
    cast = typed or attempt(value, kind)
    return f"CASE WHEN {value} IS NULL OR ({prints_back(value, kind, typed)}) THEN {cast} ELSE error({complaint}) END"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What all values of a text column have in common."""

    column: str
    values: int
    is_boolean: bool
    is_bigint: bool
    is_decimal: bool
    is_date: bool
    is_timestamp: bool
    is_timestamptz: bool
    whole_digits: int
    scale: int

    @property
    def type(self) -> DataType:
        """The narrowest type in which every value prints back; text where there is none, or no value."""
        if not self.values:
            return TEXT
        for holds, kind in (
            (self.is_boolean, BOOLEAN),
            (self.is_bigint, BIGINT),
            (self.is_date, DATE),
            (self.is_timestamp, TIMESTAMP),
            (self.is_timestamptz, TIMESTAMPTZ),
        ):
            if holds:
                return kind
        if not self.is_decimal or self.scale == 0 or self.whole_digits + self.scale > _WIDE_DIGITS:
            return TEXT
        return numeric_type(self.whole_digits, self.scale)


def numeric_type(whole_digits: int, scale: int) -> DataType:
    precision = _NARROW_DIGITS if whole_digits + scale <= _NARROW_DIGITS else _WIDE_DIGITS
    return data_type(f"numeric({precision},{scale})")


def evidence_query(columns: Sequence[str], source: str) -> str:
    """DuckDB SQL over `source` (SQL, all columns text): one row that `evidence` reads."""
    facts = [fact for column in columns for fact in _facts(quoted(column))]
    return f"SELECT {', '.join(facts)} FROM {source}"  # noqa: S608 - names are quoted


def _facts(value: str) -> list[str]:
    wide = data_type(f"numeric({_WIDE_DIGITS},0)")
    decimal = exp.Literal.string(_DECIMAL).sql(dialect="duckdb")
    fraction = f"length(split_part({value}, '.', 2))"
    whole = f"length(ltrim(split_part({value}, '.', 1), '-'))"
    is_decimal = f"(regexp_full_match({value}, {decimal}) AND NOT regexp_full_match({value}, '-0(\\.0*)?'))"
    return [
        f"count({value})",
        f"coalesce(bool_and({prints_back(value, BOOLEAN)}), false)",
        f"coalesce(bool_and(coalesce({prints_back(value, BIGINT)}, false)) FILTER (WHERE {value} IS NOT NULL), false)",
        f"coalesce(bool_and({is_decimal}), false)",
        *(
            f"coalesce(bool_and({_looks_like(value, kind, pattern)}), false)"
            for kind, pattern in ((DATE, _DAY), (TIMESTAMP, _CLOCK), (TIMESTAMPTZ, _CLOCK + _ZONE))
        ),
        f"least(coalesce(max({whole}), 0), {wide.modifiers[0] + 1})",  # least() itself passes over a NULL
        f"least(coalesce(max({fraction}), 0), {wide.modifiers[0] + 1})",
    ]


def _looks_like(value: str, kind: DataType, pattern: str) -> str:
    """What `prints_back` says of times, the pattern first: a cast that fails costs ten times as much."""
    matches = f"regexp_full_match({value}, {exp.Literal.string(pattern).sql(dialect='duckdb')})"
    return f"CASE WHEN {value} IS NULL THEN NULL WHEN {matches} THEN {attempt(value, kind)} IS NOT NULL ELSE false END"


_FACTS = 9


def evidence(columns: Sequence[str], row: Sequence[object]) -> tuple[Evidence, ...]:
    return tuple(
        _evidence(column, row[position * _FACTS : (position + 1) * _FACTS]) for position, column in enumerate(columns)
    )


def _evidence(column: str, facts: Sequence[object]) -> Evidence:
    values, boolean, bigint, decimal, date, timestamp, timestamptz, whole, scale = facts
    return Evidence(
        column,
        values=int(str(values)),
        is_boolean=bool(boolean),
        is_bigint=bool(bigint),
        is_decimal=bool(decimal),
        is_date=bool(date),
        is_timestamp=bool(timestamp),
        is_timestamptz=bool(timestamptz),
        whole_digits=int(str(whole)),
        scale=int(str(scale)),
    )
