"""Column lists and WITH RULES: what is declared about columns and rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlglot import exp

from ormolu.definitions import (
    Action,
    CheckRule,
    Column,
    DeduplicateRule,
    ExpectRule,
    Expression,
    ForeignKeyRule,
    Keep,
    LookupRule,
    NotNullRule,
    Rule,
    SetRule,
    SortColumn,
    UniqueRule,
    Violation,
)
from ormolu.errors import DuplicateColumn, DuplicateObject, InvalidSyntax, OrmoluError
from ormolu.sql_extensions.clauses.values import Scope, find_violation, read_comment
from ormolu.sql_extensions.options.values import is_date
from ormolu.sql_extensions.parser.cursor import Cursor, nearest
from ormolu.sql_extensions.parser.expressions import (
    parenthesized_expression,
    parse_expression,
    take_expression,
    take_until,
)
from ormolu.sql_extensions.tokens import Token
from ormolu.sql_extensions.types import ALIASES, SCALARS, data_type

_COLUMN_WORDS = ("FROM", "FORMERLY", "DEPRECATED", "NOT", "NULL", "DEFAULT", "CHECK", "COMMENT", "ON")
_AFTER_DEFAULT = ("FROM", "FORMERLY", "DEPRECATED", "CHECK", "COMMENT", "ON", ",")


# --- columns ----------------------------------------------------------------------------------------------------------


def read_columns(cursor: Cursor) -> tuple[Column, ...]:
    """`( name type ..., ... )`."""
    columns = cursor.in_parentheses(lambda: read_column(cursor))
    refuse_repeated([column.name for column in columns], "column", cursor.before())
    return columns


def refuse_repeated(names: list[str], what: str, position: int) -> None:
    for name in names:
        if names.count(name) > 1:
            raise DuplicateColumn(f'{what} "{name}" specified more than once', position=position)


@dataclass(slots=True)
class _ColumnParts:
    sources: tuple[str, ...] = ()
    formerly: str | None = None
    formerly_until: str | None = None
    is_required: bool = False
    default: Expression | None = None
    check: Expression | None = None
    comment: str | None = None
    on_violation: Violation | None = None
    deprecated_until: str | None = None
    seen: set[str] = field(default_factory=set)


def read_column(cursor: Cursor) -> Column:
    name = cursor.name("a column")
    type_ = read_type(cursor)
    parts = _ColumnParts()
    while not cursor.is_at_end() and not cursor.at_any(",", ")"):
        position = cursor.position()
        if not cursor.at_any(*_COLUMN_WORDS):
            cursor.unexpected(*_COLUMN_WORDS, ",", ")")
        word = cursor.token.word
        if word in parts.seen:
            raise InvalidSyntax(f'{word} is given twice for column "{name}"', position=position)
        parts.seen.add(word)
        _column_part(cursor, parts)
    if parts.on_violation is not None:
        _refuse_nonsense(parts.on_violation, (Action.SET_UNKNOWN,), cursor.before())
    return Column(
        name, type_, parts.sources, parts.formerly, parts.formerly_until, parts.is_required, parts.default,
        parts.check, parts.comment, parts.on_violation, parts.deprecated_until,
    )  # fmt: skip


def _column_part(cursor: Cursor, parts: _ColumnParts) -> None:
    if cursor.at("ON"):
        parts.on_violation = find_violation(cursor)
        if parts.on_violation is None:
            cursor.advance()
            cursor.unexpected("VIOLATION")
        return
    match cursor.advance().word:
        case "FROM":
            parts.sources = cursor.names("a source column")
        case "FORMERLY":
            parts.formerly = cursor.name("a column")
            cursor.expect("UNTIL")
            parts.formerly_until = read_until_date(cursor)
        case "DEPRECATED":
            cursor.expect("UNTIL")
            parts.deprecated_until = read_until_date(cursor)
        case "NOT":
            cursor.expect("NULL")
            parts.is_required = True
            parts.seen.add("NULL")
        case "DEFAULT":
            parts.default = _default(cursor)
        case "CHECK":
            parts.check = parenthesized_expression(cursor)
        case "COMMENT":
            parts.comment = read_comment(cursor)
        case _:
            parts.seen.add("NOT")


def _default(cursor: Cursor) -> Expression:
    """An expression up to the next word of the column; the NOT NULL of `a IS NOT NULL` is not one."""

    def ends(token: Token) -> bool:
        if token.word == "NOT":
            return cursor.peek().word == "NULL" and cursor.peek(-1).word != "IS"
        return token.word in _AFTER_DEFAULT

    first, last = cursor.skip_balanced(ends)
    return take_until(cursor, first, last)


def read_until_date(cursor: Cursor) -> str:
    text = cursor.string("a date in quotes")
    if not is_date(text):
        raise InvalidSyntax(f"invalid date: '{text}'", hint="Such as '2026-06-30'.", position=cursor.before())
    return text


def read_type(cursor: Cursor) -> str:
    """A type in PostgreSQL's spelling, brought into the one that format_type prints."""
    first = cursor.index
    position = cursor.position()
    if not cursor.at_name():
        cursor.unexpected("a type")
    cursor.advance()
    _pass_type(cursor)
    spelling = " ".join(cursor.cut(first, cursor.index).split())
    try:
        return str(data_type(spelling))
    except OrmoluError as error:
        error.position = position
        near = nearest(spelling, (*ALIASES, *SCALARS))
        error.hint = error.hint or (f"Did you mean {near}?" if near else None)
        raise


def _pass_type(cursor: Cursor) -> None:
    for words in (("PRECISION",), ("VARYING",)):
        cursor.take(*words)
    if cursor.at("("):
        cursor.advance()
        cursor.skip_balanced(lambda _: False)
        cursor.expect(")")
    for zone in ("WITH", "WITHOUT"):
        cursor.take(zone, "TIME", "ZONE")
    while cursor.take("["):
        if cursor.at_number():
            cursor.advance()
        cursor.expect("]")


# --- rules ------------------------------------------------------------------------------------------------------------


def read_rules(cursor: Cursor, _: Scope) -> tuple[Rule, ...]:
    """What follows WITH RULES."""
    rules = cursor.in_parentheses(lambda: read_rule(cursor))
    names = [rule.name for rule in rules if rule.name is not None]
    for name in names:
        if names.count(name) > 1:
            raise DuplicateObject(f'constraint "{name}" is declared twice', position=cursor.before())
    return rules


def read_rule(cursor: Cursor) -> Rule:
    """`[CONSTRAINT n] form [violation]`."""
    name = cursor.name("a rule's name") if cursor.take("CONSTRAINT") else None
    position = cursor.position()
    word = cursor.token.word
    read = _FORMS.get(word)
    if read is None or cursor.is_at_end():
        cursor.unexpected(*_SPELLINGS, *(() if name else ("CONSTRAINT",)))
    cursor.advance()
    rule = read(cursor)
    violation = find_violation(cursor)
    if not cursor.is_at_end() and not cursor.at_any(",", ")"):
        cursor.unexpected(*(() if violation else ("ON VIOLATION",)), ",", ")")
    named: Rule = replace(rule, name=name, on_violation=violation)
    check_violation(named, position)
    return named


def _set(cursor: Cursor) -> Rule:
    column = cursor.name("a column")
    cursor.expect("=")
    expression = take_expression(cursor, "WHERE", "ON")
    where = take_expression(cursor, "ON") if cursor.take("WHERE") else None
    return SetRule(column, expression, where)


def _not_null(cursor: Cursor) -> Rule:
    cursor.expect("NULL")
    return NotNullRule(cursor.name("a column"))


def _foreign_key(cursor: Cursor) -> Rule:
    cursor.expect("KEY")
    columns = cursor.names("a column")
    cursor.expect("REFERENCES")
    table = cursor.table_name("silver")
    position = cursor.position()
    referenced = cursor.names("a column") if cursor.at("(") else ()
    if referenced and len(referenced) != len(columns):
        raise InvalidSyntax("number of referencing and referenced columns for foreign key disagree", position=position)
    return ForeignKeyRule(columns, table, referenced)


def _deduplicate(cursor: Cursor) -> Rule:
    cursor.expect("BY")
    columns = cursor.names("a column")
    cursor.expect("KEEP")
    keep = Keep(cursor.expect_any("FIRST", "LAST", "NONE"))
    order: tuple[SortColumn, ...] = ()
    if cursor.take("ORDER", "BY"):
        order = read_sort_list(cursor) if _is_sort_list(cursor) else (read_sort(cursor, "ON"),)
    return DeduplicateRule(columns, keep, order)


def _is_sort_list(cursor: Cursor) -> bool:
    """Whether `( ... )` is the whole of ORDER BY, rather than the beginning of an expression."""
    if not cursor.at("("):
        return False
    start = cursor.index
    cursor.advance()
    cursor.skip_balanced(lambda _: False)
    cursor.expect(")")
    is_whole = cursor.is_at_end() or cursor.at_any(",", ")", "ON")
    cursor.index = start
    return is_whole


def read_sort_list(cursor: Cursor) -> tuple[SortColumn, ...]:
    """`( e [ASC | DESC], ... )`."""
    return cursor.in_parentheses(lambda: read_sort(cursor))


def read_sort(cursor: Cursor, *stops: str) -> SortColumn:
    expression = take_expression(cursor, "ASC", "DESC", "NULLS", *stops)
    is_descending = cursor.take_any("ASC", "DESC") == "DESC"
    if cursor.at("NULLS"):
        cursor.unexpected(",", ")")
    return SortColumn(expression, is_descending)


def _lookup(cursor: Cursor) -> Rule:
    table = cursor.table_name("silver")
    cursor.expect("ON")
    condition = take_expression(cursor, "ADD", "FILL", "ON")
    if cursor.expect_any("ADD", "FILL") == "ADD":
        return LookupRule(table, condition, add=cursor.names("a column"))
    return LookupRule(table, condition, fill=cursor.names("a column"))


def _expect(cursor: Cursor) -> Rule:
    is_new = cursor.take("NEW")
    return ExpectRule(parenthesized_expression(cursor), is_new)


_FORMS: dict[str, Callable[[Cursor], Rule]] = {
    "SET": _set,
    "NOT": _not_null,
    "CHECK": lambda cursor: CheckRule(parenthesized_expression(cursor)),
    "UNIQUE": lambda cursor: UniqueRule(cursor.names("a column")),
    "FOREIGN": _foreign_key,
    "DEDUPLICATE": _deduplicate,
    "LOOKUP": _lookup,
    "EXPECT": _expect,
}
_SPELLINGS = ("SET", "NOT NULL", "CHECK", "UNIQUE", "FOREIGN KEY", "DEDUPLICATE BY", "LOOKUP", "EXPECT", "EXPECT NEW")


# --- what a violation may do ------------------------------------------------------------------------------------------


def check_violation(rule: Rule, position: int) -> None:
    """SET NULL and SET DEFAULT mend one column, so the rule must be about exactly one."""
    violation = rule.on_violation
    if violation is None:
        return
    match rule:
        case ExpectRule():
            refused = tuple(action for action in Action if action not in (Action.WARN, Action.FAIL))
            _refuse_nonsense(violation, refused, position)
        case ForeignKeyRule():
            pass
        case _:
            _refuse_nonsense(violation, (Action.SET_UNKNOWN,), position)
    if isinstance(rule, NotNullRule):
        _refuse_nonsense(violation, (Action.SET_NULL,), position)
    if len(rule_columns(rule)) != 1:
        _refuse_nonsense(violation, (Action.SET_NULL, Action.SET_DEFAULT), position)


def _refuse_nonsense(violation: Violation, refused: tuple[Action, ...], position: int) -> None:
    for action in (violation.action, *(escalation.action for escalation in violation.escalations)):
        if action in refused:
            raise InvalidSyntax(
                f"ON VIOLATION {action.value} does not fit this rule", hint=_NEEDS.get(action), position=position
            )


_NEEDS = {
    Action.SET_NULL: "It needs a rule about exactly one column that may be NULL.",
    Action.SET_DEFAULT: "It needs a rule about exactly one column.",
    Action.SET_UNKNOWN: "It needs a reference to a dimension.",
    Action.QUARANTINE: "An expectation is about the whole table: WARN or FAIL.",
    Action.DISCARD: "An expectation is about the whole table: WARN or FAIL.",
}


def rule_columns(rule: Rule) -> tuple[str, ...]:
    """The columns that a row rule is about, each once."""
    match rule:
        case SetRule() | NotNullRule():
            return (rule.column,)
        case UniqueRule() | ForeignKeyRule():
            return rule.columns
        case CheckRule():
            tree = parse_expression(rule.condition.text)
            return tuple(dict.fromkeys(_folded(column) for column in tree.find_all(exp.Column)))
        case DeduplicateRule() | LookupRule() | ExpectRule():
            return ()


def _folded(column: exp.Column) -> str:
    identifier = column.this
    quoted = isinstance(identifier, exp.Identifier) and identifier.quoted
    return column.name if quoted else column.name.lower()
