"""Queries, changes of data, CALL, COPY, cursors, and channels."""

from __future__ import annotations

from sqlglot import exp

from ormolu.definitions import Expression
from ormolu.errors import FeatureNotSupported, InvalidCursorDefinition, InvalidParameterValue, InvalidSyntax
from ormolu.sql_extensions.parser.cursor import Cursor
from ormolu.sql_extensions.parser.expressions import check_expression, take_query, take_until
from ormolu.sql_extensions.statements import (
    Analyze,
    Call,
    CloseCursor,
    CopyFrom,
    CopyTo,
    Deallocate,
    DeclareCursor,
    Delete,
    ExecutePrepared,
    Fetch,
    Insert,
    Listen,
    LockTable,
    Move,
    Notify,
    Query,
    Statement,
    Unlisten,
    Update,
    WrittenName,
)
from ormolu.sql_extensions.tokens import TokenKind

# --- queries and changes ----------------------------------------------------------------------------------------------

_CHANGES = (exp.Insert, exp.Update, exp.Delete, exp.Merge)


def read_query(cursor: Cursor) -> Statement:
    """SELECT, WITH, VALUES, TABLE, INSERT, UPDATE, DELETE: the rest of the statement."""
    start = cursor.token.start
    tree = take_query(cursor, cursor.index, cursor.last)
    text = cursor.script[start : cursor.tokens[cursor.last - 1].end]
    match tree:
        case exp.Insert():
            return Insert(_target(tree), tree)
        case exp.Update():
            return Update(_target(tree), tree)
        case exp.Delete():
            return Delete(_target(tree), tree)
        case exp.Query() | exp.Values():
            return Query(tree, _is_read_only(tree), text=text, offset=start)
        case _:
            raise InvalidSyntax(f'syntax error at or near "{text.split()[0]}"', position=start + 1)


def _is_read_only(tree: exp.Expression) -> bool:
    return tree.find(*_CHANGES, exp.Into) is None


def _target(tree: exp.Expression) -> WrittenName:
    table = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    if not isinstance(table, exp.Table):
        raise InvalidSyntax("a table is expected")
    parts = [_folded(part) for part in (table.args.get("catalog"), table.args.get("db"), table.this)]
    return WrittenName(parts[2] or "", parts[1], parts[0])


def _folded(identifier: object) -> str | None:
    if not isinstance(identifier, exp.Identifier):
        return None
    name: str = identifier.this
    return name if identifier.quoted else name.lower()


def read_inner_query(cursor: Cursor, last: int) -> Query:
    """The query of tokens up to `last`, in COPY (query) and DECLARE."""
    start = cursor.token.start
    if last <= cursor.index:
        cursor.unexpected("SELECT")
    text = cursor.cut(cursor.index, last)
    tree = take_query(cursor, cursor.index, last)
    if not isinstance(tree, exp.Query | exp.Values):
        raise FeatureNotSupported("only a query may stand here", position=start + 1)
    return Query(tree, _is_read_only(tree), text=text, offset=start)


# --- CALL and EXECUTE -------------------------------------------------------------------------------------------------


def read_call(cursor: Cursor) -> Statement:
    function = str(cursor.written_name("a procedure"))
    cursor.expect("(")
    positional: list[exp.Expression] = []
    named: dict[str, exp.Expression] = {}
    while not cursor.at(")"):
        if cursor.at_name() and cursor.peek().word in ("=>", ":="):
            name = cursor.name()
            cursor.advance()
            if name in named:
                raise InvalidSyntax(f'argument name "{name}" used more than once', position=cursor.before())
            named[name] = _argument(cursor)
        elif named:
            raise InvalidSyntax("positional argument cannot follow named argument", position=cursor.position())
        else:
            positional.append(_argument(cursor))
        if not cursor.take(","):
            break
    cursor.expect_closing()
    cursor.expect_end()
    return Call(function, tuple(positional), named)


def _argument(cursor: Cursor) -> exp.Expression:
    first, last = cursor.skip_balanced(lambda token: token.word == ",")
    if first == last:
        cursor.unexpected("an argument")
    return check_expression(cursor, first, last)


def read_execute(cursor: Cursor) -> Statement:
    name = cursor.name("a prepared statement")
    arguments: tuple[exp.Expression, ...] = ()
    if cursor.at("("):
        arguments = cursor.in_parentheses(lambda: _argument(cursor))
    cursor.expect_end()
    return ExecutePrepared(name, arguments)


def read_deallocate(cursor: Cursor) -> Statement:
    cursor.take("PREPARE")
    name = None if cursor.take("ALL") else cursor.name("a prepared statement")
    cursor.expect_end()
    return Deallocate(name)


# --- COPY -------------------------------------------------------------------------------------------------------------

_OLD_OPTIONS = {
    "BINARY": ("format", "binary"),
    "CSV": ("format", "csv"),
    "HEADER": ("header", "true"),
    "FREEZE": ("freeze", "true"),
    "OIDS": ("oids", "true"),
}
_OLD_VALUES = {"DELIMITER": "delimiter", "DELIMITERS": "delimiter", "NULL": "null", "QUOTE": "quote"}
_OLD_VALUES |= {"ESCAPE": "escape", "ENCODING": "encoding"}


def read_copy(cursor: Cursor) -> Statement:
    options: dict[str, str] = {}
    if cursor.take("BINARY"):
        options["format"] = "binary"
    if cursor.at("("):
        return _copy_query(cursor)
    table = cursor.written_name()
    columns = cursor.names("a column") if cursor.at("(") else ()
    if cursor.expect_any("FROM", "TO") == "FROM":
        path = _copy_end(cursor, "STDIN")
        _copy_options(cursor, options)
        where: Expression | None = None
        if cursor.take("WHERE"):
            where = take_until(cursor, cursor.index, cursor.last)
        cursor.expect_end("WITH")
        return CopyFrom(table, columns, options, path, where)
    path = _copy_end(cursor, "STDOUT")
    _copy_options(cursor, options)
    cursor.expect_end("WITH")
    return CopyTo(table, None, columns, options, path)


def _copy_query(cursor: Cursor) -> Statement:
    cursor.expect("(")
    first, last = cursor.skip_balanced(lambda _: False)
    cursor.index = first
    query = read_inner_query(cursor, last)
    cursor.expect(")", "TO")
    path = _copy_end(cursor, "STDOUT")
    options: dict[str, str] = {}
    _copy_options(cursor, options)
    cursor.expect_end("WITH")
    return CopyTo(None, query, (), options, path)


def _copy_end(cursor: Cursor, stream: str) -> str | None:
    """None for STDIN or STDOUT, else the file on the server."""
    if cursor.take("STDIN") or cursor.take("STDOUT"):
        return None
    if cursor.at("PROGRAM"):
        raise FeatureNotSupported("COPY ... PROGRAM is not offered", position=cursor.position())
    return cursor.string(stream)


def _copy_options(cursor: Cursor, options: dict[str, str]) -> None:
    cursor.take("USING")  # USING DELIMITERS, before 7.3
    cursor.take("WITH")
    if cursor.take("("):
        while True:
            name = cursor.name("an option")
            if name in options:
                raise InvalidSyntax("conflicting or redundant options", position=cursor.before())
            options[name] = _copy_value(cursor, name)
            if not cursor.take(","):
                break
        cursor.expect_closing()
        return
    while not cursor.is_at_end() and not cursor.at("WHERE"):
        _old_option(cursor, options)


_VALUED = ("format", "delimiter", "null", "quote", "escape", "encoding")


def _copy_value(cursor: Cursor, name: str) -> str:
    """A value, `true` where there is none, `a,b` for a list, `*`."""
    if cursor.at_any(",", ")"):
        if name in _VALUED:
            raise InvalidSyntax(f"{name} requires a parameter", position=cursor.before())
        return "true"
    if name.startswith("force_") and not cursor.at_any("*", "("):
        raise InvalidParameterValue(
            f'argument to option "{name}" must be a list of column names', position=cursor.before()
        )
    if cursor.take("*"):
        return "*"
    if cursor.at("("):
        return ",".join(cursor.names("a column"))
    if cursor.at_number():
        return cursor.advance().value
    return cursor.name_or_string("a value")


def _old_option(cursor: Cursor, options: dict[str, str]) -> None:
    """The syntax before 9.0: `WITH CSV HEADER DELIMITER ';'`."""
    word = cursor.token.word
    if cursor.take("FORCE"):
        what = cursor.expect_any("QUOTE", "NOT", "NULL")
        if what == "NOT":
            cursor.expect("NULL")
            what = "NOT_NULL"
        value = "*" if cursor.take("*") else ",".join(cursor.separated(lambda: cursor.name("a column")))
        options[f"force_{what.lower()}"] = value
    elif word in _OLD_OPTIONS:
        cursor.advance()
        name, value = _OLD_OPTIONS[word]
        options[name] = value
    elif word in _OLD_VALUES:
        cursor.advance()
        cursor.take("AS")
        options[_OLD_VALUES[word]] = cursor.string()
    else:
        cursor.unexpected(*_OLD_OPTIONS, *_OLD_VALUES, "FORCE")


# --- cursors ----------------------------------------------------------------------------------------------------------


def read_declare(cursor: Cursor) -> Statement:
    name = cursor.name("a cursor")
    is_binary, is_scrollable = False, None
    while not cursor.take("CURSOR"):
        if cursor.take("BINARY"):
            is_binary = True
        elif is_scrollable is not None and (cursor.at("SCROLL") or cursor.at("NO", "SCROLL")):
            raise InvalidCursorDefinition("cannot specify both SCROLL and NO SCROLL", position=cursor.position())
        elif cursor.take("SCROLL"):
            is_scrollable = True
        elif cursor.take("NO", "SCROLL"):
            is_scrollable = False
        elif not (cursor.take("INSENSITIVE") or cursor.take("ASENSITIVE")):
            cursor.unexpected("CURSOR", "BINARY", "SCROLL", "NO SCROLL", "INSENSITIVE")
    with_hold = cursor.take("WITH", "HOLD")
    if not with_hold:
        cursor.take("WITHOUT", "HOLD")
    cursor.expect("FOR")
    return DeclareCursor(name, read_inner_query(cursor, cursor.last), is_binary, is_scrollable, with_hold)


_STEPS: dict[str, tuple[str, int | None]] = {
    "NEXT": ("FORWARD", 1),
    "PRIOR": ("BACKWARD", 1),
    "FIRST": ("ABSOLUTE", 1),
    "LAST": ("ABSOLUTE", -1),
    "ALL": ("FORWARD", None),
}


def read_fetch(cursor: Cursor) -> Statement:
    direction, count = _direction(cursor)
    return Fetch(_fetched(cursor), direction, count)


def read_move(cursor: Cursor) -> Statement:
    direction, count = _direction(cursor)
    return Move(_fetched(cursor), direction, count)


def _direction(cursor: Cursor) -> tuple[str, int | None]:
    if cursor.peek().kind is TokenKind.END or cursor.index + 1 >= cursor.last:
        return "FORWARD", 1  # FETCH name
    if cursor.at_any(*_STEPS):
        return _STEPS[cursor.advance().word]
    if cursor.at_any("ABSOLUTE", "RELATIVE"):
        return cursor.advance().word, cursor.integer()
    if cursor.at_any("FORWARD", "BACKWARD"):
        word = cursor.advance().word
        if cursor.take("ALL"):
            return word, None
        return word, cursor.integer() if cursor.at_number() or cursor.at("-") else 1
    if cursor.at_number() or cursor.at("-"):
        return "FORWARD", cursor.integer()
    return "FORWARD", 1


def _fetched(cursor: Cursor) -> str:
    cursor.take_any("FROM", "IN")
    name = cursor.name("a cursor")
    cursor.expect_end()
    return name


def read_close(cursor: Cursor) -> Statement:
    name = None if cursor.take("ALL") else cursor.name("a cursor")
    cursor.expect_end()
    return CloseCursor(name)


# --- locks ------------------------------------------------------------------------------------------------------------

_LOCK_MODES = (
    *("ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE"),
    *("EXCLUSIVE", "ACCESS EXCLUSIVE"),
)


def read_lock(cursor: Cursor) -> Statement:
    cursor.take("TABLE")
    tables = cursor.separated(lambda: _locked_table(cursor))
    mode = "ACCESS EXCLUSIVE"
    if cursor.take("IN"):
        mode = next((mode for mode in _LOCK_MODES if cursor.take(*mode.split(), "MODE")), "")
        if not mode:
            cursor.unexpected(*sorted({mode.split()[0] for mode in _LOCK_MODES}))
    cursor.take("NOWAIT")
    cursor.expect_end("IN", "NOWAIT")
    return LockTable(tuple(tables), mode)


def _locked_table(cursor: Cursor) -> WrittenName:
    if cursor.take("ONLY"):
        return cursor.written_name()
    name = cursor.written_name()
    cursor.take("*")
    return name


def read_analyze(cursor: Cursor) -> Statement:
    if cursor.at("("):
        cursor.in_parentheses(lambda: _analyze_option(cursor))
    cursor.take("VERBOSE")
    tables = () if cursor.is_at_end() else cursor.separated(lambda: _analyzed_table(cursor))
    cursor.expect_end()
    return Analyze(tables)


def _analyze_option(cursor: Cursor) -> None:
    name = cursor.name("an option")
    if name not in ("verbose", "skip_locked"):
        raise InvalidSyntax(f'unrecognized ANALYZE option "{name}"', position=cursor.before())
    if not cursor.at_any(",", ")"):
        cursor.advance()


def _analyzed_table(cursor: Cursor) -> tuple[WrittenName, tuple[str, ...]]:
    return cursor.written_name(), cursor.names("a column") if cursor.at("(") else ()


# --- channels ---------------------------------------------------------------------------------------------------------


def read_listen(cursor: Cursor) -> Statement:
    name = cursor.name("a channel")
    cursor.expect_end()
    return Listen(name)


def read_unlisten(cursor: Cursor) -> Statement:
    name = None if cursor.take("*") else cursor.name("a channel")
    cursor.expect_end()
    return Unlisten(name)


def read_notify(cursor: Cursor) -> Statement:
    name = cursor.name("a channel")
    payload = cursor.string("a payload in quotes") if cursor.take(",") else ""
    cursor.expect_end()
    return Notify(name, payload)
