"""Changing the text of a stored expression or query and nothing else of it: a name, or one item of a select list.

The text is cut by tokens; the tree of what comes out must be the tree that was wanted, or the edit is refused.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ormolu.definitions import Expression
from ormolu.errors import FeatureNotSupported
from ormolu.sql_extensions.dialect.reading import identifier, parse_expression, parse_query
from ormolu.sql_extensions.tokens import Token, TokenKind, tokenize
from ormolu.sql_extensions.writer import words

BY_HAND = "CREATE OR REPLACE with the whole definition says it."


def with_name(expression: Expression, old: str, new: str) -> Expression:
    """The expression with its unqualified column `old` called `new`."""
    if old not in names_in(expression):
        return expression
    text, tokens = expression.text, tokenize(expression.text)
    for number in range(len(tokens) - 1, -1, -1):
        token = tokens[number]
        if token.kind not in (TokenKind.WORD, TokenKind.IDENTIFIER) or token.value != old:
            continue
        before = tokens[number - 1].word if number else ""
        if before == "(" and number > 1 and tokens[number - 2].word == "EXTRACT":
            continue
        if before in (".", "AS") or tokens[number + 1].word in (".", "("):
            continue
        text = text[: token.start] + words.name(new) + text[token.end :]
    wanted = exp.Paren(this=parse_expression(expression.text).copy())
    for node in wanted.find_all(exp.Column):
        if not node.table and _name(node) == old:
            node.set("this", exp.to_identifier(new, quoted=True))
    if _said(exp.Paren(this=parse_expression(text).copy())) != _said(wanted):
        raise FeatureNotSupported(f'"{old}" cannot be renamed in {expression.text}', hint=BY_HAND)
    return Expression(text)


def names_in(expression: Expression) -> frozenset[str]:
    """The columns that an expression names without a qualifier."""
    tree = exp.Paren(this=parse_expression(expression.text))
    return frozenset(_name(node) for node in tree.find_all(exp.Column) if not node.table)


def outputs_of(query: Expression) -> tuple[str, ...] | None:
    """The names of a plain SELECT's list, "*" for a star; None where the query is something else."""
    tree = parse_query(query.text)
    if not isinstance(tree, exp.Select):
        return None
    return tuple("*" if item.is_star else item.alias_or_name for item in tree.selects)


def without_output(query: Expression, name: str) -> Expression:
    """The query without one item of its select list."""
    tree = parse_query(query.text)
    if not isinstance(tree, exp.Select) or tree.args.get("distinct") or _counts_positions(tree):
        raise FeatureNotSupported(f'"{name}" cannot be taken out of {query.text}', hint=BY_HAND)
    spans, names = _items(query.text), [item.alias_or_name for item in tree.selects]
    if len(spans) != len(names) or names.count(name) != 1 or len(names) == 1:
        raise FeatureNotSupported(f'"{name}" cannot be taken out of {query.text}', hint=BY_HAND)
    at = names.index(name)
    start, end = (spans[at][0], spans[at + 1][0]) if at == 0 else (spans[at - 1][1], spans[at][1])
    text = query.text[:start] + query.text[end:]
    found = parse_query(text)
    if not isinstance(found, exp.Select) or [item.alias_or_name for item in found.selects] != [
        *names[:at],
        *names[at + 1 :],
    ]:
        raise FeatureNotSupported(f'"{name}" cannot be taken out of {query.text}', hint=BY_HAND)
    return Expression(text)


def with_listed_star(query: Expression, names: Sequence[str]) -> Expression:
    """The query with the `*` of its select list written out."""
    spans = _items(query.text)
    stars = [span for span in spans if query.text[slice(*span)].strip() == "*"]
    if len(stars) != 1 or not names:
        raise FeatureNotSupported(f"the columns of {query.text} cannot be written out", hint=BY_HAND)
    start, end = stars[0]
    text = query.text[:start] + ", ".join(words.name(each) for each in names) + query.text[end:]
    parse_query(text)
    return Expression(text)


def _items(text: str) -> list[tuple[int, int]]:
    """Where each item of the outermost select list begins and ends."""
    tokens, depth = tokenize(text), 0
    spans: list[tuple[int, int]] = []
    first: Token | None = None
    last: Token | None = None
    is_inside = False
    for number, token in enumerate(tokens):
        if depth == 0 and not is_inside:
            is_inside = token.word == "SELECT"
        elif depth == 0 and (token.kind is TokenKind.END or token.word == "," or _ends_list(tokens, number)):
            if first is not None and last is not None:
                spans.append((first.start, last.end))
            first = None
            if token.word != ",":
                return spans
        else:
            first, last = first or token, token
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token.word, 0)
    return spans


def _ends_list(tokens: Sequence[Token], number: int) -> bool:
    if tokens[number].word == "FROM":
        return tokens[number - 1].word != "DISTINCT"  # IS DISTINCT FROM
    return tokens[number].word in ("WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "INTERSECT", "EXCEPT")


def _counts_positions(tree: exp.Select) -> bool:
    group, order = tree.args.get("group"), tree.args.get("order")
    terms = [*(group.expressions if group else ()), *(item.this for item in (order.expressions if order else ()))]
    return any(isinstance(term, exp.Literal) for term in terms)


def _said(tree: exp.Expr) -> str:
    """The tree as text, the same however its names were quoted."""
    for node in tree.find_all(exp.Identifier):
        node.replace(exp.to_identifier(identifier(node), quoted=True))
    return str(tree.sql("postgres"))


def _name(node: exp.Column) -> str:
    return identifier(node.this) if isinstance(node.this, exp.Identifier) else ""
