"""What a quarantined row is told: which rule it broke, what the rule says, and the values that broke it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from sqlglot import exp

from ormolu.definitions import (
    Action,
    CheckRule,
    Column,
    DeduplicateRule,
    ExpectRule,
    ForeignKeyRule,
    Keep,
    LookupRule,
    NotNullRule,
    SetRule,
    UniqueRule,
)
from ormolu.medallion.expressions import columns_of
from ormolu.medallion.rules import CastRule, KeyRule, NamedRule
from ormolu.medallion.staged_rows import RAW, flag
from ormolu.medallion.templates import cast, column, fill, string
from ormolu.sql_extensions.types import DataType

VALUE_CHARACTERS_MAX = 80
VALUES_MAX = 4
_TEXTS = ("text", "varchar", "bpchar", "name", "json", "jsonb")


@dataclass(frozen=True, slots=True)
class Judged:
    """The columns of a staged row, as the rules left them and as they came in."""

    staged: Mapping[str, DataType]
    raw: Mapping[str, DataType]
    declared: Sequence[Column]


def message(rules: Sequence[NamedRule], judged: Judged) -> exp.Expr:
    """The broken rules of the staged row `s` in words, one after the other."""
    parts = [
        fill(
            "CASE WHEN :flag THEN :name || :words END",
            flag=column(flag(rule), "s"),
            name=string(f"{rule.name}: "),
            words=_words(rule, judged),
        )
        for rule in rules
    ]
    return fill("concat_ws('; ', :parts)", parts=parts) if parts else string("")


def _words(placed: NamedRule, judged: Judged) -> exp.Expr:
    rule = placed.rule
    is_mended = placed.action in (Action.SET_NULL, Action.SET_DEFAULT)
    match rule:
        case CastRule():
            declared = next(item for item in judged.declared if item.name == rule.column)
            values = _values(_sources(declared, judged), judged, is_raw=True)
            return _sentence("", values, f" cannot be {declared.type}")
        case KeyRule():
            return string(f"null in the key ({', '.join(rule.columns)})")
        case NotNullRule():
            return string(f"{rule.column} is null")
        case CheckRule():
            values = _values(columns_of(rule.condition), judged, is_raw=is_mended)
            return _sentence(f"{_one_line(rule.condition.text)} does not hold for ", values, "")
        case SetRule():
            values = _values(columns_of(rule.expression), judged, is_raw=False)
            return _sentence(f"{_one_line(rule.expression.text)} fails for ", values, "")
        case UniqueRule():
            return _sentence("another row has ", _values(rule.columns, judged, is_raw=is_mended), "")
        case ForeignKeyRule():
            there = f" is not in {rule.references} ({', '.join(rule.referenced_columns)})"
            return _sentence("", _values(rule.columns, judged, is_raw=is_mended), there)
        case DeduplicateRule():
            end = " as well" if rule.keep is Keep.NONE else " and was kept"
            return _sentence("another row has ", _values(rule.columns, judged, is_raw=False), end)
        case LookupRule():
            return string(f"no row of {rule.table} matches")
        case ExpectRule():
            return string(_one_line(rule.condition.text))  # no row breaks it
        case _:
            assert_never(rule)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _sources(declared: Column, judged: Judged) -> list[str]:
    candidates = (declared.name, *declared.sources, *([declared.formerly] if declared.formerly else []))
    return [name for name in dict.fromkeys(candidates) if name in judged.raw]


def _values(names: Sequence[str], judged: Judged, *, is_raw: bool) -> list[exp.Expr]:
    """Terms such as `amount = -1.00` over the staged row; columns that only a lookup knew are left out."""
    terms = []
    for name in names:
        found = _value(name, judged, is_raw=is_raw)
        if found is not None:
            terms.append(fill(":name || :value", name=string(f"{name} = "), value=_shown(*found)))
    return terms[:VALUES_MAX]


def _value(name: str, judged: Judged, *, is_raw: bool) -> tuple[exp.Expr, DataType] | None:
    came_in = name in judged.raw and (is_raw or name not in judged.staged)
    if came_in:
        return fill("struct_extract(:raw, :name)", raw=column(RAW, "s"), name=string(name)), judged.raw[name]
    return (column(name, "s"), judged.staged[name]) if name in judged.staged else None


def _shown(value: exp.Expr, type_: DataType) -> exp.Expr:
    text = fill("left(:text, :most)", text=cast(value, "VARCHAR"), most=exp.Literal.number(VALUE_CHARACTERS_MAX))
    if type_.dimensions == 0 and type_.scalar.name in _TEXTS:
        text = fill(":quote || :text || :quote", quote=string("'"), text=text)
    return fill("coalesce(:text, 'null')", text=text)


def _sentence(before: str, values: Sequence[exp.Expr], after: str) -> exp.Expr:
    if not values:
        return string(f"{before}this row{after}")
    return fill(
        ":before || concat_ws(', ', :values) || :after", before=string(before), values=values, after=string(after)
    )
