"""Rules that the data already keeps, or nearly: each with the share of rows that keep it.

What nearly always holds is worth a rule, because the rest is worth a look. Dependencies between columns
are shown, with a query for the exceptions, and never enforced.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, permutations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt
from sqlglot import exp, parse_one

from ormolu.ai.column_types import column_types
from ormolu.ai.patterns import PROSE
from ormolu.ai.profile import ColumnProfile, profile
from ormolu.ai.semantics import Semantic
from ormolu.ai.suggestions import Suggestion, alter_sql, listed, name_sql, rule_name, support_text, text_sql
from ormolu.definitions import TableName

ROWS_MIN = 20
NEARLY_ALWAYS = 0.98
ACCEPTED_VALUES_MAX = 25
ACCEPTED_SHARE_MIN = 0.001
ROWS_PER_VALUE_MIN = 10
DEPENDENT_VALUES_MAX = 20_000
DEPENDENCY_COLUMNS_MAX = 12
KEY_COLUMNS_MAX = 8
EXCEPTIONS_RATIO_MAX = 1.5  # a column of many more values cannot be decided by one of few

_Add = Callable[[str, str, float, str], None]  # rule, label, share, what it says

_CHECKS = {
    Semantic.EMAIL: "is_email",
    Semantic.URL: "is_url",
    Semantic.IBAN: "is_iban",
    Semantic.PHONE: "is_phone",
}


def suggest_rules(name: TableName, table: pa.Table) -> tuple[Suggestion, ...]:
    """Rules about one column, then about two; nothing from fewer than 20 rows."""
    if table.num_rows < ROWS_MIN:
        return ()
    profiles = profile(table)
    types = column_types(table)
    texts = {column.column for column in types if column.type == "text"}
    found = [
        suggestion
        for column in profiles
        for suggestion in _about_column(name, column, table, is_text=column.name in texts)
    ]
    found += [
        Suggestion("rules", repaired.column, _rule(name, repaired.repair), repaired.reason, repaired.share)
        for repaired in types
        if repaired.repair is not None and pt.is_string(table[repaired.column].type)
    ]
    found += _date_orders(name, table)
    return (*found, *suggest_dependencies(name, table, profiles))


def suggest_keys(name: TableName, table: pa.Table) -> tuple[Suggestion, ...]:
    """Columns, alone or in pairs, that tell every row apart."""
    if table.num_rows < ROWS_MIN:
        return ()
    profiles = profile(table)
    usable = [column for column in profiles if column.nulls == 0 and column.semantic is not Semantic.MEASURE]
    single = [column.name for column in usable if column.distinct == column.rows]
    if single:
        return tuple(_key(name, (column,), table.num_rows, 1.0) for column in single)
    names = [column.name for column in sorted(usable, key=lambda column: -column.distinct)][:KEY_COLUMNS_MAX]
    found = []
    for pair in combinations(names, 2):
        share = table.group_by(list(pair)).aggregate([]).num_rows / table.num_rows
        if share >= NEARLY_ALWAYS:
            found.append(_key(name, pair, table.num_rows, share))
    return tuple(sorted(found, key=lambda suggestion: -suggestion.support))


def suggest_dependencies(name: TableName, table: pa.Table, profiles: Sequence[ColumnProfile]) -> tuple[Suggestion, ...]:
    """Pairs of columns where the first nearly decides the second, with the query that shows the exceptions."""
    usable = [
        column.name
        for column in profiles
        if column.semantic not in (Semantic.MEASURE, Semantic.TIMESTAMP, None)
        and 1 < column.distinct <= DEPENDENT_VALUES_MAX
        and column.distinct * 2 <= column.present
    ][:DEPENDENCY_COLUMNS_MAX]
    distinct = {column.name: column.distinct for column in profiles}
    found = []
    for cause, effect in permutations(usable, 2):
        if distinct[effect] > EXCEPTIONS_RATIO_MAX * distinct[cause]:
            continue
        share = _decided(table, cause, effect)
        if NEARLY_ALWAYS <= share < 1:
            reason = f"{cause} decides {effect} in {support_text(share, table.num_rows)}; the query shows the others"
            statement = _exceptions(name, cause, effect)
            found.append(Suggestion("dependency", f"{cause} -> {effect}", statement, reason, share))
    return tuple(found)


def _about_column(name: TableName, column: ColumnProfile, table: pa.Table, *, is_text: bool) -> list[Suggestion]:
    """`is_text`: a text that is not a number or a date in disguise; the shape of those is their type."""
    quoted = name_sql(column.name)
    found: list[Suggestion] = []

    def add(rule: str, label: str, share: float, what: str) -> None:
        text = f"CONSTRAINT {rule_name(column.name, label)} {rule}"
        reason = f"{what}: matches {support_text(share, column.present or column.rows)}"
        found.append(Suggestion("rules", column.name, _rule(name, text), reason, share))

    present = column.present / column.rows
    if present >= NEARLY_ALWAYS:
        found.append(
            Suggestion(
                "rules",
                column.name,
                _rule(name, f"CONSTRAINT {rule_name(column.name, 'given')} NOT NULL {quoted}"),
                f"always given: matches {support_text(present, column.rows)}",
                present,
            )
        )
    if column.present < ROWS_MIN:
        return found
    unique = column.distinct / column.present
    if unique >= NEARLY_ALWAYS and column.semantic is not Semantic.MEASURE:
        add(f"UNIQUE ({quoted})", "unique", unique, "every value different")
    if column.semantic is Semantic.MEASURE and not pt.is_string(table[column.name].type):
        _ranges(column, table, add)
        return found
    check = _CHECKS.get(column.semantic) if column.semantic else None
    if check is not None and column.meaning is not None:
        add(f"CHECK ({check}({quoted}))", check, column.meaning.share, f"looks like {column.meaning.semantic.value}")
    elif not _accepted_values(column, table, add) and is_text:
        _pattern(column, add)
    return found


def _ranges(column: ColumnProfile, table: pa.Table, add: _Add) -> None:
    quoted = name_sql(column.name)
    values = pc.cast(table[column.name].drop_null(), pa.float64(), safe=False)
    within = pc.mean(pc.cast(pc.and_(pc.greater_equal(values, 0.0), pc.less_equal(values, 1.0)), pa.float64())).as_py()
    positive = pc.mean(pc.cast(pc.greater(values, 0.0), pa.float64())).as_py()
    not_negative = pc.mean(pc.cast(pc.greater_equal(values, 0.0), pa.float64())).as_py()
    if within >= NEARLY_ALWAYS:
        add(f"CHECK ({quoted} BETWEEN 0 AND 1)", "share", within, "between 0 and 1")
    elif positive >= NEARLY_ALWAYS:
        add(f"CHECK ({quoted} > 0)", "positive", positive, "above 0")
    elif not_negative >= NEARLY_ALWAYS:
        add(f"CHECK ({quoted} >= 0)", "not_negative", not_negative, "0 or more")


def _accepted_values(column: ColumnProfile, table: pa.Table, add: _Add) -> bool:
    few = 1 < column.distinct <= ACCEPTED_VALUES_MAX and column.present >= ROWS_PER_VALUE_MIN * column.distinct
    if not few or not pt.is_string(table[column.name].type) or column.semantic is Semantic.MEASURE:
        return False
    suspects = {typo.value for typo in column.near_equal}
    counted = pc.value_counts(table[column.name].drop_null().combine_chunks()).to_pylist()
    accepted = {
        pair["values"]: pair["counts"]
        for pair in counted
        if pair["values"] not in suspects and pair["counts"] >= ACCEPTED_SHARE_MIN * column.present
    }
    values = ", ".join(text_sql(value) for value in sorted(accepted))
    share = sum(accepted.values()) / column.present
    add(f"CHECK ({name_sql(column.name)} IN ({values}))", "known", share, f"one of {len(accepted)} values")
    return True


def _pattern(column: ColumnProfile, add: _Add) -> None:
    """Only a shape that says something, and that nearly every value has."""
    if not column.patterns or column.semantic in (Semantic.FREE_TEXT, Semantic.PERSON, Semantic.ADDRESS):
        return
    first = column.patterns[0]
    says_something = PROSE not in first.regex and (r"\d" in first.regex or len(column.patterns) == 1)
    if first.share >= NEARLY_ALWAYS and says_something:
        check = f"CHECK ({name_sql(column.name)} ~ {text_sql(first.regex)})"
        add(check if first.share == 1 else f"{check} ON VIOLATION WARN", "shape", first.share, "of one shape")


def _date_orders(name: TableName, table: pa.Table) -> list[Suggestion]:
    dates = [field.name for field in table.schema if pt.is_date(field.type) or pt.is_timestamp(field.type)]
    found = []
    for first, second in permutations(dates, 2):
        if table[first].type != table[second].type:
            continue
        held = pc.cast(pc.less_equal(table[first], table[second]), pa.float64()).drop_null()
        share = pc.mean(held).as_py() or 0.0
        if len(held) >= ROWS_MIN and share >= NEARLY_ALWAYS:
            rule = f"CONSTRAINT {rule_name(first, 'before', second)} CHECK ({name_sql(first)} <= {name_sql(second)})"
            reason = f"{first} is never after {second}: matches {support_text(share, len(held))}"
            found.append(Suggestion("rules", f"{first}, {second}", _rule(name, rule), reason, share))
    return found


def _decided(table: pa.Table, cause: str, effect: str) -> float:
    """The share of rows whose effect is the most frequent one of their cause."""
    pairs = table.select([cause, effect]).group_by([cause, effect]).aggregate([([], "count_all")])
    best = pairs.group_by([cause]).aggregate([("count_all", "max")])
    decided: list[int] = best["count_all_max"].to_pylist()
    return sum(decided) / int(table.num_rows)


def _exceptions(name: TableName, cause: str, effect: str) -> str:
    column, other = exp.column(cause, quoted=True), exp.column(effect, quoted=True)
    many = parse_one("count(DISTINCT x) > 1", read="postgres")
    many.find(exp.Distinct).set("expressions", [other.copy()])  # type: ignore[union-attr]  # parsed above: it is there
    listed_values = exp.alias_(exp.func("array_agg", exp.Distinct(expressions=[other.copy()])), "values_found")
    query = (
        exp.select(column, listed_values)
        .from_(exp.table_(name.name, db=name.schema, quoted=True))
        .group_by(column.copy())
        .having(many)
    )
    return query.sql(dialect="postgres")


def _key(name: TableName, columns: Sequence[str], rows: int, share: float) -> Suggestion:
    rule = f"CONSTRAINT {rule_name(*columns, 'unique')} UNIQUE ({listed(columns)})"
    reason = f"tells rows apart: {support_text(share, rows)} are different"
    return Suggestion("keys", ", ".join(columns), _rule(name, rule), reason, share)


def _rule(name: TableName, rule: str | None) -> str:
    return f"{alter_sql(name)} ADD RULE {rule}"
