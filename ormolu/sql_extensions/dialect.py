"""Reading PostgreSQL's SQL into trees that keep every function call as it was written."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokens import Token, TokenType

from ormolu.errors import FeatureNotSupported, InvalidSyntax, ProgramLimitExceeded

QUERY_CHARACTERS_MAX = 1_000_000
NESTING_MAX = 200

# The parser turns a call that carries this comment at its closing parenthesis into a plain function call
# instead of a node of its own, which would lose the name and the arguments that PostgreSQL sees.
_KEEP_CALL = "sqlglot.anonymous"
_KEPT = "calls_kept"
# Calls that the parser has a grammar of its own for, though PostgreSQL has none: their name gets this prefix.
_PREFIX = "call:"
_GRAMMAR_CALLS = frozenset({"CAST", "EXTRACT", "SUBSTRING", "TRIM", "POSITION", "OVERLAY"})
_POSTGRES = Postgres()
_OWN_GRAMMAR = frozenset({*_POSTGRES.parser().FUNCTION_PARSERS, "IF"}) - _GRAMMAR_CALLS


def parse_query(text: str) -> exp.Expr:
    """Read one query; 42601 with a position where it is not one."""
    trees = [tree for tree in _parse(text) if tree is not None]
    if len(trees) != 1:
        raise InvalidSyntax("exactly one query is expected here")
    return _kept(trees[0])


def parse_expression(text: str) -> exp.Expr:
    """Read one scalar expression."""
    prefix = "SELECT "
    try:
        tree = parse_query(prefix + text)
    except InvalidSyntax as error:
        position = error.position - len(prefix) if error.position and error.position > len(prefix) else None
        raise InvalidSyntax(error.message, hint=error.hint, position=position) from error
    given = {name for name, value in tree.args.items() if value}
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1 or given - {"expressions"}:
        raise InvalidSyntax("a single expression is expected here")
    expression: exp.Expr = tree.expressions[0]
    for node in expression.walk():
        if "start" in node.meta:
            node.meta["start"] -= len(prefix)
    return _kept(expression.pop())


def with_calls_kept(tree: exp.Expr) -> exp.Expr:
    """The tree as `parse_query` would have read it, whoever parsed it."""
    return tree if tree.meta.get(_KEPT) else parse_query(tree.sql("postgres"))


def position(node: exp.Expr) -> int | None:
    """Where the node's name stands in the text, counted from 1; None where the parser did not note it."""
    for candidate in node.walk():
        start = candidate.meta.get("start")
        if start is not None:
            return int(start) + 1
    return None


def called_name(node: exp.Anonymous) -> str:
    """The name of a called function."""
    if isinstance(node.this, exp.Identifier):
        return identifier(node.this)
    return str(node.this).removeprefix(_PREFIX).lower()


def identifier(node: exp.Expr) -> str:
    """An identifier's name as PostgreSQL folds it: lower case unless it was quoted."""
    return node.name if node.args.get("quoted") else node.name.lower()


def _kept(tree: exp.Expr) -> exp.Expr:
    tree.meta[_KEPT] = True
    return tree


def _parse(text: str) -> list[exp.Expr | None]:
    if len(text) > QUERY_CHARACTERS_MAX:
        raise ProgramLimitExceeded(f"a statement has at most {QUERY_CHARACTERS_MAX} characters")
    try:
        tokens = _POSTGRES.tokenize(text)
        _mark_calls(tokens)
        return list(_POSTGRES.parser().parse(tokens, text))
    except TokenError as error:
        raise InvalidSyntax("the statement breaks off inside a quoted string or a comment") from error
    except ParseError as error:
        raise _syntax_error(error, text) from error
    except RecursionError as error:
        raise ProgramLimitExceeded("the statement is nested too deeply") from error


def _mark_calls(tokens: list[Token]) -> None:
    callable_tokens = _POSTGRES.parser().FUNC_TOKENS
    calls: list[bool] = []
    for index, token in enumerate(tokens):
        if token.token_type == TokenType.L_PAREN:
            called = tokens[index - 1] if index else None
            calls.append(called is not None and called.token_type in callable_tokens)
            if called is not None and called.text.upper() in _OWN_GRAMMAR:
                called.text = _PREFIX + called.text
            if len(calls) > NESTING_MAX:
                raise ProgramLimitExceeded(f"parentheses are nested more than {NESTING_MAX} deep")
        elif token.token_type == TokenType.R_PAREN and calls and calls.pop():
            token.comments.append(_KEEP_CALL)


def _syntax_error(error: ParseError, text: str) -> InvalidSyntax:
    first = error.errors[0] if error.errors else {}
    near = str(first.get("highlight") or "")
    line, column = first.get("line"), first.get("col")
    where = None
    if isinstance(line, int) and isinstance(column, int):
        lines = text.split("\n")
        before = sum(len(earlier) + 1 for earlier in lines[: line - 1])
        where = max(1, before + column - len(near) + 1)
    message = f'syntax error at or near "{near}"' if near else "syntax error at end of input"
    return InvalidSyntax(message, position=where)


def unsupported(what: str, node: exp.Expr | None = None, *, hint: str | None = None) -> FeatureNotSupported:
    """The 0A000 for a construct that would otherwise be answered differently from PostgreSQL."""
    return FeatureNotSupported(f"{what} is not supported", hint=hint, position=None if node is None else position(node))
