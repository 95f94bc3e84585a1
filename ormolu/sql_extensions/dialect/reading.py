"""Reading PostgreSQL's SQL into trees that keep every function call as it was written."""

from __future__ import annotations

from itertools import pairwise

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import ErrorLevel, ParseError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from ormolu.errors import FeatureNotSupported, InvalidSyntax, ProgramLimitExceeded, StatementTooComplex
from ormolu.sql_extensions.dialect.literal_intervals import with_whole_intervals
from ormolu.sql_extensions.dialect.literal_lists import with_lists_folded
from ormolu.sql_extensions.parser.expressions import respell
from ormolu.sql_extensions.tokens import tokenize

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
    """The tree as `parse_query` would have read it, whoever parsed it.

    The text it was read from is preferred while it still says the same: printing a tree changes what it means.
    """
    if tree.meta.get(_KEPT):
        return tree
    text = tree.meta.get("text")
    if isinstance(text, str) and tree.meta.get("says") == hash(tree):
        return parse_query(text)
    return parse_query(tree.sql("postgres", unsupported_level=ErrorLevel.RAISE))


def position(node: exp.Expr) -> int | None:
    """Where the node's name stands in the text, counted from 1; None where the parser did not note it."""
    for candidate in node.walk():
        parts = candidate.parts if isinstance(candidate, exp.Column | exp.Table) else [candidate]
        starts = [part.meta["start"] for part in parts if "start" in part.meta]
        if starts:
            return int(min(starts)) + 1  # a qualified name begins with its qualifier
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
        text = respell(text, tokenize(text))
        tokens = _POSTGRES.tokenize(text)
        _check_gaps(tokens)
        tokens = _prepared(with_whole_intervals(with_lists_folded(with_oid_arrays(tokens))))
        return list(_POSTGRES.parser().parse(tokens, text))
    except TokenError as error:
        raise InvalidSyntax("the statement breaks off inside a quoted string or a comment") from error
    except ParseError as error:
        raise _syntax_error(error, text) from error
    except RecursionError as error:
        raise StatementTooComplex("the statement is nested too deeply") from error


def with_oid_arrays(tokens: list[Token]) -> list[Token]:
    """`oid[]` and `regclass[]`, which the parser does not know, as `bigint[]`."""
    for token, following in pairwise(tokens):
        if token.token_type == TokenType.OBJECT_IDENTIFIER and following.token_type == TokenType.L_BRACKET:
            token.token_type, token.text = TokenType.BIGINT, "bigint"
    return tokens


_QUANTIFIERS = frozenset({"ALL", "ANY", "SOME"})
_STARTS_ARGUMENT = (TokenType.L_PAREN, TokenType.COMMA, TokenType.DISTINCT)


_AFTER_NO_COMMA = frozenset({TokenType.R_PAREN, TokenType.FROM, TokenType.WHERE, TokenType.COMMA})


def _check_gaps(tokens: list[Token]) -> None:
    """42601 for what the parser forgives: a comma without a term, AS without a name, strings side by side in a line."""
    for token, following in pairwise(tokens):
        is_gap = (
            (token.token_type == TokenType.COMMA and following.token_type in _AFTER_NO_COMMA)
            or (token.token_type == TokenType.SELECT and following.token_type == TokenType.COMMA)
            or (token.token_type == following.token_type == TokenType.STRING and token.line == following.line)
        )
        if is_gap:
            raise InvalidSyntax(f'syntax error at or near "{following.text}"', position=following.start + 1)
    if tokens and tokens[-1].token_type in (TokenType.COMMA, TokenType.ALIAS):
        raise InvalidSyntax("syntax error at end of input")


def _prepared(tokens: list[Token]) -> list[Token]:
    """The tokens such that calls are kept, and `f(data -> 'key')` is no lambda."""
    callable_tokens = _POSTGRES.parser().FUNC_TOKENS
    calls: list[bool] = []
    prepared: list[Token] = []
    for index, token in enumerate(tokens):
        if token.token_type == TokenType.L_PAREN:
            called = tokens[index - 1] if index else None
            is_call = called is not None and called.token_type in callable_tokens
            calls.append(is_call and called is not None and called.text.upper() not in _QUANTIFIERS)
            if len(calls) > NESTING_MAX:
                raise StatementTooComplex(f"parentheses are nested more than {NESTING_MAX} deep")
            if called is not None and called.text.upper() in _OWN_GRAMMAR:
                called.text = _PREFIX + called.text
        elif token.token_type == TokenType.R_PAREN and calls and calls.pop():
            token.comments.append(_KEEP_CALL)
        elif token.token_type == TokenType.ARROW and index > 1 and tokens[index - 2].token_type in _STARTS_ARGUMENT:
            # A sign changes nothing, and a lambda's parameter cannot have one.
            prepared.insert(-1, Token(TokenType.PLUS, "+", token.line, token.col, token.start, token.start))
        prepared.append(token)
        if token.token_type == TokenType.STRING and index and tokens[index + 1 : index + 2]:
            _enclose_typed(prepared, tokens[index + 1])
    return prepared


_TYPED = frozenset({"DATE", "TIMESTAMP", "TIMESTAMPTZ", "TIME", "INTERVAL"})


def _enclose_typed(prepared: list[Token], following: Token) -> None:
    """`date '2024-01-02'::text` casts the date, not the string: parentheses say so."""
    if following.token_type != TokenType.DCOLON or len(prepared) < 2:
        return
    word, text = prepared[-2], prepared[-1]
    if word.text.upper() in _TYPED:
        prepared.insert(-2, Token(TokenType.L_PAREN, "(", word.line, word.col, word.start, word.start))
        prepared.append(Token(TokenType.R_PAREN, ")", text.line, text.col, text.end, text.end))
    elif word.text.upper() == "ZONE":
        raise FeatureNotSupported(
            "a cast directly after a typed literal is not supported",
            hint="Put the literal in parentheses.",
            position=word.start + 1,
        )


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
