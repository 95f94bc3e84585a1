"""Definitions to text: one spelling, one order of clauses; `parse_definition(write(d)) == d`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ormolu.definitions import (
    ConnectionSource,
    Contract,
    Definition,
    DeleteWhen,
    DimensionReference,
    Expression,
    Fixed,
    History,
    Load,
    Mask,
    MatchColumn,
    Measure,
    Policy,
    Rebuild,
    Reconcile,
    SchemaName,
    Secret,
    TableName,
    Upload,
    Validity,
    kind_of,
)
from ormolu.sql_extensions.clauses.forms import FORMS, Clause
from ormolu.sql_extensions.writer import rules as writer_rules
from ormolu.sql_extensions.writer import words

Value = Any  # of the field that the clause fills: each writer knows its own


def write(definition: Definition) -> str:
    """The canonical CREATE statement, without a semicolon."""
    kind = kind_of(definition)
    name = definition.name.name if isinstance(definition.name, TableName) else definition.name
    head = f"CREATE {kind.value} {words.name(name)}"
    if isinstance(definition, Secret):
        return head + words.with_options(definition.options)
    form = FORMS[kind]
    if form.has_columns:
        head += writer_rules.columns(getattr(definition, "columns", ()))
    lines = [head]
    lines += [text for clause in form.clauses if (text := _clause(clause, definition)) is not None]
    query = getattr(definition, "query", None) if form.reads else None
    if isinstance(query, Expression):
        lines.append(f"AS {query.text}")
    return "\n  ".join(lines)


def _clause(clause: Clause, definition: Definition) -> str | None:
    if clause.is_hidden or clause.field == "format":
        return None
    whole = _WHOLE.get(clause.field)
    if whole is not None:
        return whole(definition)
    value = getattr(definition, clause.field)
    if value is None or value in ((), False) or (clause.field == "options" and not value):
        return None
    write_value = _VALUES.get(clause.field)
    if write_value is None:
        return f"{' '.join(clause.words)} {_plain(value)}"
    return write_value(value)


def _plain(value: Value) -> str:
    match value:
        case TableName():
            return words.relation(value)
        case SchemaName(schema):
            return f"SCHEMA {words.name(schema)}"
        case tuple():
            return _list(value)
        case str():
            return words.name(value)
        case _:
            raise AssertionError(value)


def _list(values: tuple[Value, ...]) -> str:
    return "(" + ", ".join(_item(value) for value in values) + ")"


def _item(value: Value) -> str:
    match value:
        case str():
            return words.name(value)
        case TableName():
            return words.relation(value)
        case Expression(text):
            return text
        case DimensionReference():
            return _dimension(value)
        case MatchColumn(column, threshold):
            return f"{words.name(column)} " + ("EXACT" if threshold is None else f"FUZZY {words.number(threshold)}")
        case _:  # a measure or a column of a grain
            return f"{value.expression.text} AS {words.name(value.name)}"


def _dimension(value: DimensionReference) -> str:
    text = f"{words.name(value.column)} REFERENCES {words.relation(value.references)}"
    if value.named is not None:
        text += f" NAMED {words.name(value.named)}"
    if value.as_of is not None:
        text += f" AS OF {words.name(value.as_of)}"
    return text + words.violation(value.on_violation)


# --- clauses that need their own words --------------------------------------------------------------------------------


def _source(value: Upload | ConnectionSource) -> str:
    if isinstance(value, Upload):
        return "FROM UPLOAD" + words.format_(value.format)
    only = value.connections[0] if len(value.connections) == 1 else None
    connections = words.names(value.connections) if only is None else words.name(only)
    text = f"FROM CONNECTION {connections} {value.form.value} {words.long_string(value.target)}"
    return text + words.format_(value.format) + words.with_options(value.options)


def _load(value: Load) -> str:
    on = f" ON {words.name(value.watermark_column)}" if value.watermark_column is not None else ""
    return f"LOAD {value.mode.value}{on}{words.with_options(value.options)}"


def _reconcile(value: Reconcile) -> str:
    return f"RECONCILE EVERY {words.string(value.every)}{words.with_options(value.options)}"


def _history(value: History) -> str:
    return "HISTORY" + (f" {words.names(value.columns)}" if value.columns else "")


def _delete_when(value: DeleteWhen) -> str:
    return f"DELETE WHEN ({value.condition.text}) {value.mode}"


def _fixed(value: Fixed) -> str:
    return f"FIXED {words.names(value.columns)}{words.violation(value.on_violation)}"


def _validity(value: Validity) -> str:
    text = "VALID"
    if value.from_column is not None:
        text += f" FROM {words.name(value.from_column)}"
    if value.to_column is not None:
        text += f" TO {words.name(value.to_column)}"
    text += f" AS {words.names((value.start, value.end))}"
    return text + (f" CURRENT {words.name(value.current)}" if value.current is not None else "")


def _rebuild(value: Rebuild) -> str:
    return f"REBUILD {value.mode}" + (f" {words.string(value.since)}" if value.since is not None else "")


def _filters(values: tuple[Value, ...]) -> str:
    parts = [f"{words.name(v.name)} AS ({v.condition.text})" if v.name else f"({v.condition.text})" for v in values]
    return f"FILTER ({', '.join(parts)})"


def _measures(values: tuple[Measure | Expression, ...]) -> str:
    return f"MEASURES {_list(values)}"


def _sequence(values: tuple[str, ...]) -> str:
    return "SEQUENCE BY " + (words.names(values) if len(values) > 1 else words.name(values[0]))


def _model_columns(clause: str) -> Callable[[Value], str]:
    return lambda value: f"{clause} ({', '.join(writer_rules.column(column) for column in value)})"


_VALUES: dict[str, Callable[[Value], str]] = {
    "source": _source,
    "load": _load,
    "reconcile": _reconcile,
    "schedule": lambda value: f"SCHEDULE {words.schedule(value)}",
    "rules": writer_rules.rules,
    "options": lambda value: f"WITH {words.options(value)}",
    "comment": lambda value: f"COMMENT {words.string(value)}",
    "history": _history,
    "delete_when": _delete_when,
    "fixed": _fixed,
    "validity": _validity,
    "rebuild": _rebuild,
    "order_by": lambda value: f"ORDER BY {words.sorts(value)}",
    "sequence_by": _sequence,
    "filters": _filters,
    "measures": _measures,
    "file": lambda value: f"FROM FILE {words.string(value)}",
    "inputs": _model_columns("INPUT"),
    "outputs": _model_columns("OUTPUT"),
    "when": lambda value: f"WHEN {writer_rules.condition(value)}",
    "pauses_downstream": lambda _: "DO PAUSE DOWNSTREAM",
    "limit": lambda value: f"LIMIT {words.string(value)} PER MONTH",
    "alert_at_percent": lambda value: f"ALERT AT {words.percent(value)}",
    "on_violation": lambda value: words.violation(value).strip(),
    "detect": lambda value: f"DETECT {value.value}",
    "compare": lambda value: f"COMPARE {words.string(value)}",
    "horizon": lambda value: f"HORIZON {words.string(value)}",
    "version": lambda value: f"VERSION {words.string(value)}",
    "command": lambda value: f"FOR {value}",
    "using": lambda value: f"USING ({value.text})",
}


# --- clauses that several fields make ---------------------------------------------------------------------------------


def _roles(definition: Definition) -> str:
    assert isinstance(definition, Policy | Mask)
    excepted = f" EXCEPT {words.names(definition.excepted)}" if definition.excepted else ""
    return "TO " + ", ".join(words.name(role) for role in definition.to) + excepted


def _masked(definition: Definition) -> str:
    assert isinstance(definition, Mask)
    if definition.tag is not None:
        return f"ON TAG ({words.option(definition.tag)})"
    assert definition.on is not None and definition.column is not None
    return f"ON {words.relation(definition.on)} ({words.name(definition.column)})"


def _contracted(definition: Definition) -> str:
    assert isinstance(definition, Contract)
    return f"ON {words.relation(definition.on)}{writer_rules.columns(definition.columns)}"


_WHOLE: dict[str, Callable[[Definition], str]] = {"roles": _roles, "masked": _masked, "contracted": _contracted}
