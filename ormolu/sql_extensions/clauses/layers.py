"""The clauses of bronze, silver and gold: where from, how it is written, how it is laid out, what it measures."""

from __future__ import annotations

from sqlglot import exp

from ormolu.definitions import (
    Action,
    ConnectionSource,
    DeleteWhen,
    DimensionReference,
    Expression,
    Filter,
    Fixed,
    Format,
    Grain,
    History,
    Load,
    LoadMode,
    Measure,
    Options,
    Rebuild,
    Reconcile,
    SortColumn,
    SourceForm,
    TableName,
    Upload,
    Validity,
    Violation,
)
from ormolu.errors import DuplicateColumn, InvalidParameterValue, InvalidSyntax
from ormolu.sql_extensions.clauses.rules import read_sort_list, refuse_repeated
from ormolu.sql_extensions.clauses.values import (
    Scope,
    as_options,
    find_violation,
    read_interval,
    written_options,
)
from ormolu.sql_extensions.options.connections import BY_FORMAT, DIMENSION_TYPES
from ormolu.sql_extensions.options.values import is_timestamp
from ormolu.sql_extensions.parser.cursor import Cursor, hint_for
from ormolu.sql_extensions.parser.expressions import check_expression, parenthesized_expression, take_expression
from ormolu.sql_extensions.tokens import TokenKind

# --- bronze -----------------------------------------------------------------------------------------------------------


def read_source(cursor: Cursor, scope: Scope) -> Upload | ConnectionSource:
    """What follows FROM in a bronze source."""
    if cursor.expect_any("CONNECTION", "UPLOAD") == "UPLOAD":
        return Upload(find_format(cursor))
    connections = cursor.names("a connection") if cursor.at("(") else (cursor.name("a connection"),)
    form = SourceForm(cursor.expect_any(*(form.value for form in SourceForm)))
    target = cursor.string("what to read, in quotes")
    format_ = find_format(cursor)
    if cursor.at("WITH", "("):
        read_with(cursor, scope)
        format_ = format_ or find_format(cursor)
    return ConnectionSource(connections, form, target, format_)


def find_format(cursor: Cursor) -> Format | None:
    """`FORMAT f [(opts)]`, where it stands next."""
    return read_format(cursor) if cursor.take("FORMAT") else None


def read_format(cursor: Cursor) -> Format:
    position = cursor.position()
    name = cursor.name_or_string("a format").lower()
    known = BY_FORMAT.get(name)
    if known is None:
        raise InvalidSyntax(f'format "{name}" is not known', hint=hint_for(name, list(BY_FORMAT)), position=position)
    options = as_options(written_options(cursor), known) if cursor.at("(") else Options()
    return Format(name, options)


def read_with(cursor: Cursor, scope: Scope) -> None:
    """`WITH ( ... )`: its options are kept with the statement's, and given their places at its end."""
    cursor.expect("WITH")
    scope.options.extend(written_options(cursor))


def read_statement_options(cursor: Cursor, scope: Scope) -> None:
    """What follows the WITH of the statement itself."""
    scope.options.extend(written_options(cursor))


def read_load(cursor: Cursor, scope: Scope) -> Load:
    mode = LoadMode(cursor.expect_any(*(mode.value for mode in LoadMode)))
    column = None
    if mode is LoadMode.INCREMENTAL:
        cursor.expect("ON")
        column = cursor.name("the watermark column")
    if cursor.at("WITH", "("):
        read_with(cursor, scope)
    return Load(mode, column)


def read_reconcile(cursor: Cursor, scope: Scope) -> Reconcile:
    cursor.expect("EVERY")
    every = read_interval(cursor)
    if cursor.at("WITH", "("):
        read_with(cursor, scope)
    return Reconcile(every)


# --- where from, in silver and gold ---------------------------------------------------------------------------------


def read_relation(cursor: Cursor, scope: Scope) -> TableName:
    """What follows FROM in silver and gold: a relation, of the layer below where it names no schema."""
    return cursor.table_name(scope.upstream_schema)


# --- how it is written ------------------------------------------------------------------------------------------------


def read_column_names(cursor: Cursor, _: Scope) -> tuple[str, ...]:
    names = cursor.names("a column")
    refuse_repeated(list(names), "column", cursor.before())
    return names


def read_one_or_more_names(cursor: Cursor, scope: Scope) -> tuple[str, ...]:
    return read_column_names(cursor, scope) if cursor.at("(") else (cursor.name("a column"),)


def read_column_name(cursor: Cursor, _: Scope) -> str:
    return cursor.name("a column")


def read_delete_when(cursor: Cursor, _: Scope) -> DeleteWhen:
    condition = parenthesized_expression(cursor)
    return DeleteWhen(condition, cursor.expect_any("SOFT", "HARD", "IGNORE"))


def read_history(cursor: Cursor, scope: Scope) -> History:
    return History(read_column_names(cursor, scope) if cursor.at("(") else ())


def read_scd_type(cursor: Cursor, _: Scope) -> History | None:
    """STORED AS SCD TYPE 2, as migrants write HISTORY; TYPE 1 is what silver does anyway."""
    position = cursor.position()
    number = cursor.integer("1 or 2")
    if number not in (1, 2):
        raise InvalidSyntax(f"there is no SCD type {number} here", hint="TYPE 1 or TYPE 2.", position=position)
    return History() if number == 2 else None


def read_fixed(cursor: Cursor, scope: Scope) -> Fixed:
    return Fixed(read_column_names(cursor, scope), find_violation(cursor))


def read_validity(cursor: Cursor, _: Scope) -> Validity:
    """What follows VALID: `[FROM a [TO b]] AS (start, end) [CURRENT c]`."""
    from_column = cursor.name("a column") if cursor.take("FROM") else None
    to_column = cursor.name("a column") if from_column is not None and cursor.take("TO") else None
    cursor.expect("AS", "(")
    start = cursor.name("a column")
    cursor.expect(",")
    end = cursor.name("a column")
    cursor.expect(")")
    current = cursor.name("a column") if cursor.take("CURRENT") else None
    return Validity(start, end, from_column, to_column, current)


def read_rebuild(cursor: Cursor, _: Scope) -> Rebuild:
    word = cursor.expect_any("AUTO", "NONE", "FROM")
    return Rebuild(word, read_timestamp(cursor)) if word == "FROM" else Rebuild(word)


def read_timestamp(cursor: Cursor) -> str:
    text = cursor.string("a date or timestamp in quotes")
    if not is_timestamp(text):
        raise InvalidParameterValue(
            f"invalid timestamp: '{text}'", hint="Such as '2025-01-31' or '2025-01-31 08:00'.", position=cursor.before()
        )
    return text


# --- layout -----------------------------------------------------------------------------------------------------------


def read_partition(cursor: Cursor, _: Scope) -> tuple[Expression, ...]:
    return cursor.in_parentheses(lambda: take_expression(cursor))


def read_order(cursor: Cursor, _: Scope) -> tuple[SortColumn, ...]:
    return read_sort_list(cursor)


# --- gold -------------------------------------------------------------------------------------------------------------


def read_measures(cursor: Cursor, _: Scope) -> tuple[Measure, ...]:
    measures = cursor.in_parentheses(lambda: Measure(*_named_expression(cursor)))
    _refuse_repeated_names([measure.name for measure in measures], "measure", cursor)
    return measures


def read_grain(cursor: Cursor, _: Scope) -> tuple[Grain, ...]:
    grain = cursor.in_parentheses(lambda: Grain(*_named_expression(cursor)))
    _refuse_repeated_names([column.name for column in grain], "column", cursor)
    return grain


def _refuse_repeated_names(names: list[str], what: str, cursor: Cursor) -> None:
    for name in names:
        if names.count(name) > 1:
            raise DuplicateColumn(
                f'{what} "{name}" specified more than once', hint="Name it with AS.", position=cursor.before()
            )


def _named_expression(cursor: Cursor) -> tuple[str, Expression]:
    """`e [AS n]`; a column keeps its name, `sum(revenue)` is `sum_revenue`, `count(*)` is `count`."""
    first, position = cursor.index, cursor.position()
    expression = take_expression(cursor, "AS")
    last = cursor.index
    if cursor.take("AS"):
        return cursor.name("a name"), expression
    name = _natural_name(cursor, first, last)
    if name is None:
        raise InvalidSyntax(f"{expression.text} has no name", hint="Give it one: ... AS name.", position=position)
    return name, expression


def _natural_name(cursor: Cursor, first: int, last: int) -> str | None:
    tree = check_expression(cursor, first, last)
    if isinstance(tree, exp.Filter):
        tree = tree.this
    if isinstance(tree, exp.Column):
        return cursor.tokens[last - 1].value
    token = cursor.tokens[first]
    if token.kind is not TokenKind.WORD or cursor.tokens[first + 1].word != "(" or not isinstance(tree, exp.Func):
        return None
    columns = list(dict.fromkeys(column.name.lower() for column in tree.find_all(exp.Column)))
    is_plain = len(columns) == 1 and not list(tree.find_all(exp.Literal))
    return f"{token.value}_{columns[0]}" if is_plain else token.value


def read_filters(cursor: Cursor, _: Scope) -> tuple[Filter, ...]:
    return cursor.in_parentheses(lambda: _filter(cursor))


def _filter(cursor: Cursor) -> Filter:
    name = None
    if cursor.at_name() and cursor.peek().word == "AS":
        name = cursor.name()
        cursor.expect("AS")
    return Filter(name, parenthesized_expression(cursor))


def read_dimensions(cursor: Cursor, _: Scope) -> tuple[DimensionReference, ...]:
    return cursor.in_parentheses(lambda: _dimension(cursor))


def _dimension(cursor: Cursor) -> DimensionReference:
    column = cursor.name("a column")
    cursor.expect("REFERENCES")
    references = cursor.table_name("gold")
    named = cursor.name("the dimension's role") if cursor.take("NAMED") else None
    as_of = cursor.name("a column") if cursor.take("AS", "OF") else None
    position = cursor.position()
    violation = find_violation(cursor)
    _refuse_mending(violation, position)
    if not cursor.at_any(",", ")"):
        cursor.unexpected("NAMED", "AS OF", "ON VIOLATION", ",", ")")
    return DimensionReference(column, references, named, as_of, violation)


def _refuse_mending(violation: Violation | None, position: int) -> None:
    if violation is not None and violation.action is Action.SET_DEFAULT:
        raise InvalidSyntax(
            "ON VIOLATION SET DEFAULT does not fit a dimension", hint="SET UNKNOWN takes it.", position=position
        )


def read_hubs(cursor: Cursor, _: Scope) -> tuple[TableName, ...]:
    return cursor.in_parentheses(lambda: cursor.table_name("gold"))


def read_gold_relation(cursor: Cursor, _: Scope) -> TableName:
    return cursor.table_name("gold")


def read_dimension_type(cursor: Cursor, _: Scope) -> str:
    position = cursor.position()
    name = cursor.name("a type")
    if name not in DIMENSION_TYPES:
        raise InvalidSyntax(
            f'there is no dimension type "{name}"', hint=hint_for(name, DIMENSION_TYPES), position=position
        )
    return name


def read_file(cursor: Cursor, _: Scope) -> str:
    return cursor.string("a file in quotes")
