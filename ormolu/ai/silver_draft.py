"""A whole CREATE SILVER TABLE statement for a bronze source: types, key, repairs and rules that the data bears out."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from ormolu.ai.column_types import ColumnType, column_types
from ormolu.ai.profile import profile
from ormolu.ai.rules import suggest_keys, suggest_rules
from ormolu.ai.semantics import Semantic
from ormolu.ai.suggestions import Suggestion, listed, name_sql, support_text, table_sql
from ormolu.definitions import TableName

SUPPORT_MIN = 0.98
NUMBER = r"^-?\d+(\.\d+)?$"


def suggest_table(name: TableName, table: pa.Table) -> tuple[Suggestion, ...]:
    """One statement that cleans the whole table, to be read and changed before it is run; none of an empty table."""
    if table.num_rows == 0:
        return ()
    types = column_types(table)
    key = _key(name, table)
    rules = _rules(name, table, types)
    lines = [f"CREATE SILVER TABLE {name_sql(name.name)} ("]
    lines.append(",\n".join(f"    {name_sql(column.column)} {column.type}" for column in types))
    lines.append("  )")
    if key:
        lines.append(f"  KEY ({listed(key)})")
    if rules:
        lines += ["  WITH RULES (", ",\n".join(f"    {rule}" for rule in rules), "  )"]
    lines.append(f"  {_source(name, types)}")
    share = min(column.share for column in types)
    reason = f"types that fit {support_text(share, table.num_rows)}, and {len(rules)} rules that nearly all rows keep"
    return (Suggestion("table", str(name), "\n".join(lines), reason, share),)


def _key(name: TableName, table: pa.Table) -> tuple[str, ...]:
    """The first column that is an identifier and tells every row apart; else a pair that does."""
    identifiers = {column.name for column in profile(table) if column.semantic is Semantic.IDENTIFIER}
    exact = [tuple(found.subject.split(", ")) for found in suggest_keys(name, table) if found.support == 1.0]
    named = [columns for columns in exact if set(columns) <= identifiers]
    return (named or [()])[0]


def _rules(name: TableName, table: pa.Table, types: tuple[ColumnType, ...]) -> list[str]:
    """The text of each rule after ADD RULE; rules about uniqueness belong to the key."""
    texts = [
        suggestion.statement.partition(" ADD RULE ")[2]
        for suggestion in suggest_rules(name, _typed(table, types))
        if suggestion.kind == "rules" and suggestion.support >= SUPPORT_MIN
    ]
    repairs = [text for text in texts if text.startswith("SET ")]
    checks = [text for text in texts if not text.startswith("SET ") and " UNIQUE (" not in text]
    known = set(repairs)
    repairs += [column.repair for column in types if column.repair and column.repair not in known]
    return [*repairs, *checks]


def _typed(table: pa.Table, types: tuple[ColumnType, ...]) -> pa.Table:
    """The table as it will be after the casts, near enough to find rules in; what does not fit is NULL."""
    for number, column in enumerate(types):
        texts = table[column.column]
        if not pt.is_string(texts.type) or column.expression is not None:
            continue
        if column.type == "date":
            days = pc.strptime(texts, format="%Y-%m-%d", unit="s", error_is_null=True).cast(pa.date32())
            table = table.set_column(number, column.column, days)
        elif column.type in ("integer", "bigint") or column.type.startswith("numeric"):
            trimmed = pc.utf8_trim_whitespace(texts)
            is_number = pc.match_substring_regex(trimmed, NUMBER)
            numbers = pc.if_else(is_number, trimmed, pa.scalar(None, pa.string())).cast(pa.float64())
            table = table.set_column(number, column.column, numbers)
    return table


def _source(name: TableName, types: tuple[ColumnType, ...]) -> str:
    if all(column.expression is None for column in types):
        return f"FROM {table_sql(name)}"
    selected = ", ".join(
        f"{column.expression} AS {name_sql(column.column)}" if column.expression else name_sql(column.column)
        for column in types
    )
    return f"AS SELECT {selected}\n  FROM {table_sql(name)}"  # noqa: S608  # names are quoted, nothing else is glued
