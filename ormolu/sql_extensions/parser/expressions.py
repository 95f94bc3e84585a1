"""Queries and expressions inside statements: cut out by offsets, kept as their author wrote them, checked by sqlglot.

What sqlglot's PostgreSQL reader gets wrong or cannot read is respelled first, without moving anything else:
* `E'a\\nb'` and `$$ab$$` become ordinary strings, padded with blanks (of the first sqlglot drops the backslash);
* `$1,$2` becomes `@1,$2`, the same to sqlglot, which takes `$1,$` for the beginning of a dollar-quoted string;
* `::oid[]` becomes `::int[]`: oid is no type of columns to sqlglot, and cannot be an array's;
* `::regtype[]` becomes `::pg_catalog.regtype[]`, and `AS select` becomes `AS "select"`: any word may follow AS;
* `ORDER BY x USING <` becomes `ORDER BY x ASC`;
* a time travel clause after the alias is moved before it: `t AS o FOR VERSION AS OF 3` -> `t FOR VERSION AS OF 3 AS o`;

Time travel in trees is `exp.Table.args["version"]`:
* FOR VERSION AS OF n: `exp.Version(this="VERSION", kind="AS OF", expression=<Literal>)`;
* FOR SYSTEM_TIME AS OF TIMESTAMP '...', or FOR TIMESTAMP AS OF '...':
  `exp.Version(this="TIMESTAMP", kind="AS OF", expression=<Cast to TIMESTAMP or TIMESTAMPTZ, or Literal>)`.

`parse_query` and `parse_expression` are the readers of stored texts; both are cached: copy a tree before changing it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from ormolu.definitions import Expression
from ormolu.errors import InvalidSyntax, StatementTooComplex
from ormolu.sql_extensions.parser.cursor import Cursor
from ormolu.sql_extensions.remembered import remembered
from ormolu.sql_extensions.tokens import Token, TokenKind, tokenize

TREES_CACHED_MAX = 512
CACHED_CHARACTERS_MAX = 32 * 1024

_TRAVELS = ("SYSTEM_TIME", "VERSION", "TIMESTAMP")
_BEFORE_A_RELATION = frozenset({"FROM", "JOIN", "ONLY", "LATERAL", ",", ".", "(", "UPDATE", "USING", "TABLE"})
_LIKE_A_DOLLAR_QUOTE = re.compile(r"\$\d+[^\s$]*\$")
_OBJECT_TYPES = frozenset(
    {"REGCLASS", "REGTYPE", "REGPROC", "REGPROCEDURE", "REGOPER", "REGOPERATOR", "REGROLE", "REGNAMESPACE"}
)
# Words that sqlglot takes for the beginning of something else where they are an alias.
_WORDS_AFTER_AS = frozenset({"SELECT", "UPDATE", "INSERT", "DELETE", "FROM", "WHERE", "GROUP", "ORDER", "TABLE", "TO"})
_ORDERS = {"<": "ASC", ">": "DESC"}
_PREFIX = "SELECT "
_AT_END = "syntax error at end of input"


def parse_query(text: str) -> exp.Expression:
    """Read one query (or INSERT, UPDATE, DELETE) in PostgreSQL's words."""
    return _cached_tree(text) if len(text) <= CACHED_CHARACTERS_MAX else _tree(text)


def parse_expression(text: str) -> exp.Expression:
    """Read one scalar expression in PostgreSQL's words."""
    tree = parse_query(_PREFIX + text)
    assert isinstance(tree, exp.Select)
    expression: exp.Expression = tree.expressions[0]
    return expression


def _tree(text: str) -> exp.Expression:
    tokens = tokenize(text)
    return _read(respell(text, tokens))


def _read(text: str) -> exp.Expression:
    try:
        tree = sqlglot.parse_one(text, read="postgres")
    except ParseError as error:
        raise _as_syntax_error(text, error) from error
    except SqlglotError as error:
        raise InvalidSyntax(f"syntax error: {str(error).splitlines()[0]}", position=1) from error
    except RecursionError as error:
        raise StatementTooComplex("the query nests too deeply") from error
    if isinstance(tree, exp.Command):
        raise InvalidSyntax(f'syntax error at or near "{text.split(maxsplit=1)[0]}"', position=1)
    assert isinstance(tree, exp.Expression)
    tree.meta["text"] = text  # what it was read from, for readers that keep more of it
    tree.meta["says"] = hash(tree)  # and what it said, to see whether it still does
    return tree


def _as_syntax_error(text: str, error: ParseError) -> InvalidSyntax:
    if not error.errors:
        return InvalidSyntax(_AT_END, position=len(text) + 1)
    first = error.errors[0]
    highlight = str(first.get("highlight") or "")
    before = str(first.get("start_context") or "")
    # Lines and columns are not to be had: sqlglot counts columns wrongly after strings and comments of several lines.
    offset = max(text.find(before + highlight + str(first.get("end_context") or "")), 0) + len(before)
    is_misplaced = str(first.get("description") or "").startswith("Invalid expression")
    if not text[offset + len(highlight) :].strip() and not is_misplaced:
        return InvalidSyntax(_AT_END, position=len(text) + 1)
    return InvalidSyntax(f'syntax error at or near "{highlight}"', position=offset + 1)


# --- respelling -------------------------------------------------------------------------------------------------------


def respell(script: str, tokens: Sequence[Token], first: int = 0, last: int | None = None) -> str:
    """The text of tokens [first, last) as sqlglot can read it, every other token where it was."""
    last = len(tokens) - 1 if last is None else last
    if last <= first:
        return ""
    begin, end = tokens[first].start, tokens[last - 1].end
    changes = [change for index in range(first, last) for change in _change(script, tokens, index, first, last)]
    if not changes:
        return script[begin:end]
    pieces: list[str] = []
    for start, stop, text in changes:
        pieces += [script[begin:start], text]
        begin = stop
    pieces.append(script[begin:end])
    return "".join(pieces)


def _change(
    script: str, tokens: Sequence[Token], index: int, first: int, last: int
) -> tuple[tuple[int, int, str], ...]:
    token = tokens[index]
    match token.kind:
        case TokenKind.ESCAPED:
            return _plain_string(token)
        case TokenKind.STRING if script[token.start] == "$":
            return _plain_string(token)
        case TokenKind.PARAMETER if _LIKE_A_DOLLAR_QUOTE.match(script, token.start):
            blank = " " if script[token.start - 1] in "<@" else ""  # <@ would be an operator
            return ((token.start, token.end, f"{blank}@{token.value}"),)
        case TokenKind.WORD if token.word == "FOR" and tokens[index + 1].word in _TRAVELS:
            return _moved_travel(script, tokens, index, first, last)
        case TokenKind.WORD if token.word == "OID" and tokens[index - 1].word == "::" and tokens[index + 1].word == "[":
            return ((token.start, token.end, "int"),)
        case TokenKind.WORD if token.word in _OBJECT_TYPES and tokens[index + 1].word == "[":
            return ((token.start, token.start, "pg_catalog."),) if tokens[index - 1].word == "::" else ()
        case TokenKind.WORD if token.word in _WORDS_AFTER_AS and index > first and tokens[index - 1].word == "AS":
            return ((token.start, token.end, f'"{token.value.lower()}"'),)
        case TokenKind.WORD if token.word == "USING" and tokens[index + 1].word in _ORDERS:
            stop = tokens[index + 1].end
            return ((token.start, stop, _ORDERS[tokens[index + 1].word].ljust(stop - token.start)),)
        case _:
            return ()


def _plain_string(token: Token) -> tuple[tuple[int, int, str], ...]:
    plain = "'" + token.value.replace("'", "''") + "'"
    return ((token.start, token.end, plain.ljust(token.end - token.start)),)


def _moved_travel(
    script: str, tokens: Sequence[Token], index: int, first: int, last: int
) -> tuple[tuple[int, int, str], ...]:
    """Swap `AS o` and `FOR ... AS OF x` where the alias comes first."""
    alias = index - 1
    if alias - 1 < first or tokens[alias].kind not in (TokenKind.WORD, TokenKind.IDENTIFIER):
        return ()
    if tokens[alias - 1].word in _BEFORE_A_RELATION:
        return ()
    if tokens[alias - 1].word == "AS":
        alias -= 1
    stop = index + 4  # FOR, the kind, AS, OF
    if tokens[min(stop, last)].word in ("TIMESTAMP", "TIMESTAMPTZ"):
        stop += 1
    if stop >= last:
        return ()
    alias_text = script[tokens[alias].start : tokens[index].start]
    travel_text = script[tokens[index].start : tokens[stop].end]
    return ((tokens[alias].start, tokens[stop].end, f"{travel_text} {alias_text.rstrip()}"),)


# --- embedded in our statements -------------------------------------------------------------------------------------


def take_expression(cursor: Cursor, *stops: str) -> Expression:
    """An expression up to a comma, a closing parenthesis or one of `stops` outside parentheses."""
    first, last = cursor.skip_balanced(lambda token: token.word == "," or token.word in stops)
    if first == last:
        cursor.unexpected("an expression")
    check_expression(cursor, first, last)
    return Expression(cursor.cut(first, last))


def take_until(cursor: Cursor, first: int, last: int) -> Expression:
    """The expression of tokens [first, last), which the caller has found the end of."""
    if first >= last:
        cursor.unexpected("an expression")
    check_expression(cursor, first, last)
    cursor.index = last
    return Expression(cursor.cut(first, last))


def parenthesized_expression(cursor: Cursor) -> Expression:
    """`( e )`, without its parentheses."""
    cursor.expect("(")
    expression = take_expression(cursor)
    if not cursor.take(")"):
        cursor.unexpected(")")
    return expression


def check_expression(cursor: Cursor, first: int, last: int) -> exp.Expression:
    """Read tokens [first, last) as one scalar expression; errors carry the script's positions."""
    text = respell(cursor.script, cursor.tokens, first, last)
    start = cursor.tokens[first].start
    tree = _placed(cursor, last, _PREFIX + text, start - len(_PREFIX))
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1 or _has_clauses(tree):
        token = cursor.tokens[first]
        shown = cursor.script[token.start : token.end]
        raise InvalidSyntax(
            f'syntax error at or near "{shown}"', hint="One expression is expected here.", position=token.start + 1
        )
    expression: exp.Expression = tree.expressions[0]
    if isinstance(expression, exp.Alias):
        raise InvalidSyntax(
            f'syntax error at or near "{expression.alias}"', hint="No name may be given here.", position=start + 1
        )
    return expression


def _has_clauses(tree: exp.Select) -> bool:
    return any(value for name, value in tree.args.items() if name not in ("expressions", "kind"))


def take_query(cursor: Cursor, first: int, last: int) -> exp.Expression:
    """Read tokens [first, last) as one query or change of data, and move past it."""
    text = respell(cursor.script, cursor.tokens, first, last)
    tree = _placed(cursor, last, text, cursor.tokens[first].start)
    cursor.index = last
    return tree


def _placed(cursor: Cursor, last: int, text: str, offset: int) -> exp.Expression:
    """Read a text that starts at `offset` and ends before token `last`; errors carry the script's positions."""
    try:
        return _cached_read(text) if len(text) <= CACHED_CHARACTERS_MAX else _read(text)
    except InvalidSyntax as error:
        if error.message == _AT_END and last < cursor.last:
            cursor.index = last
            cursor.unexpected()
        if error.position is not None:
            error.position += offset
        raise


_cached_tree = remembered(_tree, TREES_CACHED_MAX)
_cached_read = remembered(_read, TREES_CACHED_MAX)
