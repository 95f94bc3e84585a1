"""Whether two definitions mean the same: queries and expressions are compared as trees, not as texts."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from ormolu.definitions import Definition, Expression
from ormolu.errors import InvalidSyntax
from ormolu.sql_extensions.parser.expressions import parse_expression, parse_query

_QUERY_WORDS = ("select", "with", "values", "table", "(")


def is_same_definition(one: Definition, other: Definition) -> bool:
    """Equal but for the spelling of their queries and expressions: an identical CREATE OR REPLACE changes nothing."""
    return _is_same(one, other)


def is_same_expression(one: Expression, other: Expression) -> bool:
    """Equal as trees: blanks, comments and the case of words do not count."""
    return one.text == other.text or _tree(one.text) == _tree(other.text)


def differing_fields(one: Definition, other: Definition) -> tuple[str, ...]:
    """The names of the fields that differ, of two definitions of one kind."""
    if type(one) is not type(other):
        raise TypeError(f"{type(one).__name__} and {type(other).__name__} have different fields")
    return tuple(item.name for item in fields(one) if not _is_same(getattr(one, item.name), getattr(other, item.name)))


def _is_same(one: Any, other: Any) -> bool:  # a field's value may be of any type
    if type(one) is not type(other):
        return False
    if isinstance(one, Expression):
        return is_same_expression(one, other)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(_is_same(*pair) for pair in zip(one, other, strict=True))
    if is_dataclass(one):
        return all(_is_same(getattr(one, item.name), getattr(other, item.name)) for item in fields(one))
    return bool(one == other)


def _tree(text: str) -> object:
    """The tree of a query or an expression; the text itself where it is neither."""
    for parse in (parse_query, parse_expression) if text.lower().startswith(_QUERY_WORDS) else (parse_expression,):
        try:
            return parse(text)
        except InvalidSyntax:
            continue
    return text
