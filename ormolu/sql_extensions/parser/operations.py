"""Our own verbs: REFRESH, CANCEL, TEST, IMPORT, PROFILE, SUGGEST, SUMMARIZE, VACUUM, UNDROP, SHOW, EXPLAIN."""

from __future__ import annotations

from collections.abc import Callable

from ormolu.definitions import Expression, Kind, Load, Options, Schedule, SchemaName, TableName
from ormolu.errors import InvalidSyntax
from ormolu.sql_extensions.clauses.layers import read_load, read_statement_options, read_timestamp
from ormolu.sql_extensions.clauses.values import Scope, as_options, read_interval, read_schedule, written_options
from ormolu.sql_extensions.clauses.watch import read_known_name
from ormolu.sql_extensions.options import kinds as options
from ormolu.sql_extensions.options.connections import CONNECTION_TYPES
from ormolu.sql_extensions.options.placed import place_load_options
from ormolu.sql_extensions.parser.create import find_kind, read_kind, read_object_name
from ormolu.sql_extensions.parser.cursor import Cursor
from ormolu.sql_extensions.parser.expressions import parenthesized_expression, take_expression, take_until
from ormolu.sql_extensions.statements import (
    CancelRun,
    ExplainAnomaly,
    ExplainChange,
    ImportSchema,
    Profile,
    Refresh,
    ShowAccess,
    ShowContract,
    ShowCreate,
    ShowLineage,
    ShowOptions,
    ShowPlan,
    ShowRuns,
    ShowTablesFromConnection,
    ShowTemplates,
    Statement,
    Suggest,
    SummarizeAnomalies,
    TestConnection,
    Undrop,
    Vacuum,
)

SUGGESTIONS = ("TYPES", "TABLE", "RULES", "KEYS", "TAGS", "PARTITION", "JOINS", "FEATURES", "METRICS", "SAVINGS")


def read_refresh(cursor: Cursor) -> Statement:
    cursor.take("TABLE")
    name = cursor.table_name(None)
    is_full, since, until, from_quarantine, where = False, None, None, False, None
    if cursor.take("FULL"):
        is_full = True
    elif cursor.take("FROM", "QUARANTINE"):
        from_quarantine = True
        where = _where(cursor)
    elif cursor.take("FROM"):
        since = read_timestamp(cursor)
        until = read_timestamp(cursor) if cursor.take("TO") else None
    is_cascade = cursor.take("CASCADE")
    cursor.expect_end("FULL", "FROM", "FROM QUARANTINE", "CASCADE")
    return Refresh(name, is_full, since, until, from_quarantine, where, is_cascade)


def _where(cursor: Cursor) -> Expression | None:
    """`WHERE (e)`; the parentheses may be left out where nothing but CASCADE follows."""
    if not cursor.take("WHERE"):
        return None
    last = cursor.last - 1 if cursor.tokens[cursor.last - 1].word == "CASCADE" else cursor.last
    start = cursor.index
    if cursor.take("("):
        cursor.skip_balanced(lambda _: False)
        is_whole = cursor.take(")") and cursor.index == last
        cursor.index = start
        if is_whole:
            return parenthesized_expression(cursor)
    return take_until(cursor, start, last)


def read_cancel(cursor: Cursor) -> Statement:
    cursor.expect("RUN")
    run_id = cursor.integer("a run")
    cursor.expect_end()
    return CancelRun(run_id)


def read_test(cursor: Cursor) -> Statement:
    cursor.expect("CONNECTION")
    name = cursor.name("a connection")
    cursor.expect_end()
    return TestConnection(name)


def read_import(cursor: Cursor) -> Statement:
    cursor.expect("SCHEMA")
    schema = cursor.name("a schema")
    cursor.expect("FROM", "CONNECTION")
    connection = cursor.name("a connection")
    limit_to = cursor.names("a table") if cursor.take("LIMIT", "TO") else ()
    excepted = cursor.names("a table") if not limit_to and cursor.take("EXCEPT") else ()
    cursor.expect("INTO")
    position = cursor.position()
    if cursor.name("bronze") != "bronze":
        raise InvalidSyntax("a schema is imported into bronze", position=position)
    scope = Scope(Kind.BRONZE_SOURCE)
    load: Load | None = None
    schedule: Schedule | None = None
    while not cursor.is_at_end():
        if load is None and cursor.take("LOAD"):
            load = read_load(cursor, scope)
        elif schedule is None and cursor.take("SCHEDULE"):
            schedule = read_schedule(cursor)
        elif cursor.take("WITH"):
            read_statement_options(cursor, scope)
        else:
            cursor.unexpected("LOAD", "SCHEDULE", "WITH")
    load, found = place_load_options(load, as_options(scope.options, options.BRONZE))
    return ImportSchema(schema, connection, limit_to, excepted, load, schedule, found)


def read_profile(cursor: Cursor) -> Statement:
    name = cursor.table_name(None)
    cursor.expect_end()
    return Profile(name)


def read_suggest(cursor: Cursor) -> Statement:
    what = cursor.expect_any(*SUGGESTIONS)
    cursor.expect("FOR")
    subject: TableName | SchemaName
    subject = SchemaName(cursor.name("a schema")) if cursor.take("SCHEMA") else cursor.table_name(None)
    cursor.expect_end()
    return Suggest(what, subject)


def read_summarize(cursor: Cursor) -> Statement:
    cursor.expect("ANOMALIES", "FROM")
    monitor = cursor.name("a monitor")
    since = read_interval(cursor) if cursor.take("SINCE") else None
    cursor.expect_end("SINCE")
    return SummarizeAnomalies(monitor, since)


def read_vacuum(cursor: Cursor) -> Statement:
    name = cursor.table_name(None)
    found = as_options(written_options(cursor), options.VACUUM) if cursor.take("WITH") else Options()
    cursor.expect_end("WITH")
    return Vacuum(name, found)


def read_undrop(cursor: Cursor) -> Statement:
    cursor.take_any("TABLE", "SOURCE", "METRIC", "FACT", "DIMENSION")
    name = cursor.table_name(None)
    new_name = cursor.table_name(name.schema) if cursor.take("AS") else None
    if new_name is not None and new_name.schema != name.schema:
        raise InvalidSyntax("a table comes back into its own schema", position=cursor.before())
    cursor.expect_end("AS")
    return Undrop(name, new_name)


# --- SHOW -------------------------------------------------------------------------------------------------------------


def find_show(cursor: Cursor) -> Statement | None:
    """SHOW of something of ours; None where a setting is meant."""
    for words, read in _SHOWS.items():
        if cursor.at(*words.split()):
            cursor.index += len(words.split())
            statement = read(cursor)
            cursor.expect_end()
            return statement
    return None


def _show_create(cursor: Cursor) -> Statement:
    start = cursor.index
    kind = find_kind(cursor)
    if kind is None or cursor.is_at_end() or cursor.at("."):
        cursor.index = start
        return ShowCreate(None, cursor.table_name(None))
    return ShowCreate(kind, read_object_name(cursor, kind))


def _show_tables(cursor: Cursor) -> Statement:
    name = cursor.name("a connection")
    return ShowTablesFromConnection(name, cursor.string("a pattern in quotes") if cursor.take("LIKE") else None)


def _show_lineage(cursor: Cursor) -> Statement:
    position = cursor.position()
    parts = [cursor.name("a table")]
    while len(parts) < 3 and cursor.take("."):
        parts.append(cursor.name("a column"))
    if len(parts) == 1:
        raise InvalidSyntax(f'"{parts[0]}" does not name its schema', position=position)
    column = parts[2] if len(parts) == 3 else None
    return ShowLineage(TableName(parts[0], parts[1]), column, cursor.take_any("UPSTREAM", "DOWNSTREAM"))


def _show_contract(cursor: Cursor) -> Statement:
    name = cursor.name("a contract")
    return ShowContract(name, read_known_name(cursor, ("odcs",), "format") if cursor.take("FORMAT") else "odcs")


def _show_access(cursor: Cursor) -> Statement:
    name = cursor.table_name(None)
    cursor.expect("FOR")
    return ShowAccess(name, cursor.name("a role"))


def _show_options(cursor: Cursor) -> Statement:
    cursor.expect("FOR")
    kind = read_kind(cursor)
    if kind is Kind.CONNECTION and cursor.take("TYPE"):
        return ShowOptions(kind, read_known_name(cursor, CONNECTION_TYPES, "connection type"))
    return ShowOptions(kind)


_SHOWS: dict[str, Callable[[Cursor], Statement]] = {
    "CREATE": _show_create,
    "TABLES FROM CONNECTION": _show_tables,
    "LINEAGE": _show_lineage,
    "CONTRACT": _show_contract,
    "ACCESS": _show_access,
    "OPTIONS": _show_options,
    "TEMPLATES": lambda _: ShowTemplates(),
    "RUNS": lambda _: ShowRuns(),
    "PLAN": lambda _: ShowPlan(),
}
SHOW_WORDS = tuple(_SHOWS)


# --- EXPLAIN of ours --------------------------------------------------------------------------------------------------


def find_explain(cursor: Cursor) -> Statement | None:
    """EXPLAIN ANOMALY n and EXPLAIN CHANGE IN x; None where a statement is explained."""
    if cursor.take("ANOMALY"):
        number = cursor.integer("an anomaly")
        cursor.expect_end()
        return ExplainAnomaly(number)
    if cursor.take("CHANGE", "IN"):
        return _explain_change(cursor)
    return None


def _explain_change(cursor: Cursor) -> ExplainChange:
    name = cursor.table_name(None)
    cursor.expect("MEASURES")
    measures = cursor.in_parentheses(lambda: take_expression(cursor))
    where = parenthesized_expression(cursor) if cursor.take("WHERE") else None
    cursor.expect("BETWEEN", "VERSION")
    first = cursor.integer("a version")
    cursor.expect("AND", "VERSION")
    second = cursor.integer("a version")
    cursor.expect_end()
    return ExplainChange(name, measures, first, second, where)
